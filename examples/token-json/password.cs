// Gets an access token and a refresh token for a person, with a JSON body, and prints the answer.
// Written for .NET 8 and newer, as the Program.cs of a console project with implicit usings.
// The tests of this repository cannot run it: they have no .NET. They send the requests it makes instead.
using System.Net.Http.Json;

using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

using var response = await http.PostAsJsonAsync($"{Setting("BINDERY_URL")}/access_token", new Dictionary<string, string>
{
    ["grant_type"] = "password",
    ["client_id"] = Setting("BINDERY_CLIENT_ID"),
    ["client_secret"] = Setting("BINDERY_CLIENT_SECRET"),
    ["username"] = Setting("BINDERY_USERNAME"),
    ["password"] = Setting("BINDERY_PASSWORD"),
});
var answer = await response.Content.ReadAsStringAsync();
if (!response.IsSuccessStatusCode)
{
    throw new HttpRequestException($"no token: {(int)response.StatusCode} {answer}");
}
Console.WriteLine(answer);

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"set {name}");
