// Caches an access token until shortly before it expires, and gets a new one after a 401.
// For .NET 8 or newer, as Program.cs of a console project with implicit usings.
// Not run by the tests, which have no .NET: they send the same requests instead.
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
var oneAtATime = new SemaphoreSlim(1);
string? token = null;
var age = new Stopwatch();
var lifetime = TimeSpan.Zero;

// Both calls use the same token.
await Get("/api/binders");
Console.WriteLine(await Get("/api/binders"));

async Task<JsonElement> Get(string path)
{
    using var first = await Call(path);
    if (first.StatusCode != HttpStatusCode.Unauthorized)
    {
        return await ReadJson(first);
    }
    // The token was revoked early: get a new one and try once more.
    token = null;
    using var second = await Call(path);
    return await ReadJson(second);
}

async Task<HttpResponseMessage> Call(string path)
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"{Setting("BINDERY_API_URL")}{path}");
    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await GetToken());
    request.Headers.Add("x-tenant-id", Setting("BINDERY_ORGANIZATION_ID"));
    return await http.SendAsync(request);
}

async Task<string> GetToken()
{
    await oneAtATime.WaitAsync();
    try
    {
        if (token is null || age.Elapsed >= lifetime)
        {
            using var response = await http.PostAsync(
                $"{Setting("BINDERY_URL")}/connect/token",
                new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = Setting("BINDERY_CLIENT_ID"),
                    ["client_secret"] = Setting("BINDERY_CLIENT_SECRET"),
                }));
            var tokenResponse = await ReadJson(response);
            token = tokenResponse.GetProperty("access_token").GetString()!;
            lifetime = TimeSpan.FromSeconds(tokenResponse.GetProperty("expires_in").GetInt32() - 30);
            age.Restart();
        }
        return token;
    }
    finally
    {
        oneAtATime.Release();
    }
}

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
