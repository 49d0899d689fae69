using System.Globalization;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Worm;

/// <summary>A <see cref="WormAccount"/> on loopback, for programs: its URLs are like those of an emulator.</summary>
public sealed class WormServer : IAsyncDisposable
{
    private const string Name = "devstoreaccount1";

    /// <summary>The emulators' key, as published: not a secret.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly StubServer web;

    private WormServer(StubServer web) => this.web = web;

    public Uri Vault => new(web.Url, $"{Name}/vault");

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Name};AccountKey={Key};BlobEndpoint={new Uri(web.Url, Name)};";

    public static async Task<WormServer> StartAsync(WormAccount account) =>
        new(await StubServer.StartAsync(context => AnswerAsync(account, context)));

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private static async Task AnswerAsync(WormAccount account, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var path = context.Request.Path.Value!.Trim('/');
        var reply = account.Answer(
            new(
                context.Request.Method,
                path.StartsWith(Name, StringComparison.Ordinal) ? path[Name.Length..].Trim('/') : path,
                WormTransport.QueryOf(context.Request.QueryString.Value ?? ""),
                name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
                body.ToArray()
            )
        );
        context.Response.StatusCode = reply.Status;
        context.Response.Headers.Date = account.Time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        foreach (var (name, value) in reply.Headers)
            context.Response.Headers[name] = value;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }
}
