// Gets an access token and lists the organization's binders.
// For .NET 8 or newer, as Program.cs of a console project with implicit usings.
// Not run by the tests, which have no .NET: they send the same requests instead.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

using var tokenResponse = await http.PostAsync(
    $"{Setting("BINDERY_URL")}/connect/token",
    new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials",
        ["client_id"] = Setting("BINDERY_CLIENT_ID"),
        ["client_secret"] = Setting("BINDERY_CLIENT_SECRET"),
        ["scope"] = "public",
    }));
// Cache the token for expires_in seconds; do not get one for every call.
var token = (await ReadJson(tokenResponse)).GetProperty("access_token").GetString();

using var request = new HttpRequestMessage(HttpMethod.Get, $"{Setting("BINDERY_API_URL")}/api/binders");
request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
request.Headers.Add("x-tenant-id", Setting("BINDERY_ORGANIZATION_ID"));
using var bindersResponse = await http.SendAsync(request);
Console.WriteLine(await ReadJson(bindersResponse));

static async Task<JsonElement> ReadJson(HttpResponseMessage response)
{
    if (!response.IsSuccessStatusCode)
    {
        var body = await response.Content.ReadAsStringAsync();
        throw new HttpRequestException($"{response.RequestMessage?.RequestUri} responded with {(int)response.StatusCode}: {body}");
    }
    return await response.Content.ReadFromJsonAsync<JsonElement>();
}

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"set {name}");
