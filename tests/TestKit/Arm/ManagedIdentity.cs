using System.Globalization;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Arm;

/// <summary>The endpoint from which a process on Azure gets the tokens of its managed identity: api-version 2019-08-01.</summary>
/// <remarks>https://learn.microsoft.com/azure/app-service/overview-managed-identity?tabs=portal%2Chttp#rest-endpoint-reference</remarks>
public sealed class ManagedIdentity : IAsyncDisposable
{
    private const string Secret = "header-of-the-test";

    private readonly StubServer server;

    private ManagedIdentity(StubServer server) => this.server = server;

    public static async Task<ManagedIdentity> StartAsync() => new(await StubServer.StartAsync(AnswerAsync));

    /// <summary>The variables by which a process finds it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables =>
        [new("IDENTITY_ENDPOINT", new Uri(server.Url, "/msi/token").AbsoluteUri), new("IDENTITY_HEADER", Secret)];

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers["X-IDENTITY-HEADER"] != Secret || context.Request.Query["api-version"] != "2019-08-01")
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        }
        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var resource = context.Request.Query["resource"];
        return context.Response.WriteAsync(
            $$"""{"access_token":"token","expires_on":"{{until}}","resource":"{{resource}}","token_type":"Bearer","client_id":"test"}"""
        );
    }
}
