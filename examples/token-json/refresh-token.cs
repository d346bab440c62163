// Gets the next access token and refresh token of a sign-in with a JSON body, and prints the response.
// For .NET 8 or newer, as Program.cs of a console project with implicit usings.
// Not run by the tests, which have no .NET: they send the same requests instead.
using System.Net.Http.Json;

using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

using var response = await http.PostAsJsonAsync($"{Setting("BINDERY_URL")}/access_token", new Dictionary<string, string>
{
    ["grant_type"] = "refresh_token",
    ["client_id"] = Setting("BINDERY_CLIENT_ID"),
    ["client_secret"] = Setting("BINDERY_CLIENT_SECRET"),
    ["refresh_token"] = Setting("BINDERY_REFRESH_TOKEN"),
});
var body = await response.Content.ReadAsStringAsync();
if (!response.IsSuccessStatusCode)
{
    throw new HttpRequestException($"no token: {(int)response.StatusCode} {body}");
}
Console.WriteLine(body);

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"set {name}");
