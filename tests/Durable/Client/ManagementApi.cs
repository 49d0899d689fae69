using System.Net;
using Holdfast.Durable.Tests.Recordings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Tests.Client;

/// <summary>An HTTP server that answers as the recorded management API did.</summary>
internal sealed class ManagementApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Queue<Func<HttpContext, Task>> answers = new();

    private ManagementApi(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single() + "/runtime/webhooks/durabletask");

    /// <summary>Method, path and query of each call, and its body.</summary>
    public List<string> Calls { get; } = [];

    public List<string> Bodies { get; } = [];

    public List<string?> Tokens { get; } = [];

    public static async Task<ManagementApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var api = new ManagementApi(builder.Build());
        api.app.Run(api.HandleAsync);
        await api.app.StartAsync();
        return api;
    }

    /// <summary>The next call gets the answer of that recording.</summary>
    public ManagementApi Then(string recording)
    {
        var parts = Recording.ManagementAnswer(recording).ReplaceLineEndings("\n").Split("\n\n", 3);
        var lines = parts[1].Split('\n');
        return Then(int.Parse(lines[0].Split(' ')[1]), parts.Length > 2 ? parts[2].Trim() : "", lines.FirstOrDefault(line => line.StartsWith("x-ms-", StringComparison.Ordinal))?.Split(": ")[1]);
    }

    public ManagementApi Then(int status, string body, string? token = null)
    {
        answers.Enqueue(context =>
        {
            context.Response.StatusCode = status;
            if (token is not null)
                context.Response.Headers["x-ms-continuation-token"] = token;
            if (body.Length > 0)
                context.Response.ContentType = "application/json; charset=utf-8";
            return context.Response.WriteAsync(body);
        });
        return this;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Calls.Add($"{context.Request.Method} {context.Request.Path.Value!.Replace("/runtime/webhooks/durabletask", "", StringComparison.Ordinal)}{context.Request.QueryString}");
        Tokens.Add(context.Request.Headers["x-ms-continuation-token"]);
        using var reader = new StreamReader(context.Request.Body);
        Bodies.Add(await reader.ReadToEndAsync());
        await answers.Dequeue()(context);
    }
}
