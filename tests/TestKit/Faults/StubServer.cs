using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Holdfast.TestKit.Faults;

/// <summary>
/// A web server on loopback with a test's answers, for behaviour that an API server can't be made to show, TLS above all.
/// </summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private StubServer(RequestDelegate answer, X509Certificate2? certificate, bool askForClientCertificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options =>
                options.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        listen.Protocols = HttpProtocols.Http1AndHttp2;
                        if (certificate is not null)
                            listen.UseHttps(certificate, https => Configure(https, askForClientCertificate));
                    }
                )
            );
        app = builder.Build();
        app.Run(context =>
        {
            Requests.Enqueue(new(context));
            return answer(context);
        });
    }

    public Uri Url => new(app.Urls.First());

    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    /// <param name="certificate">Null: plain HTTP.</param>
    /// <param name="askForClientCertificate">Any certificate is accepted, and seen in <see cref="StubRequest.ClientCertificate"/>.</param>
    public static async Task<StubServer> StartAsync(
        RequestDelegate answer,
        X509Certificate2? certificate = null,
        bool askForClientCertificate = false
    )
    {
        var server = new StubServer(answer, certificate, askForClientCertificate);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Returns one answer after the other, and repeats the last one.</summary>
    public static RequestDelegate Sequence(params RequestDelegate[] answers)
    {
        var next = -1;
        return context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context);
    }

    /// <summary>A JSON document with this status.</summary>
    public static RequestDelegate Json(int status, string body, params (string Name, string Value)[] headers) =>
        context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            return context.Response.WriteAsync(body);
        };

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static void Configure(HttpsConnectionAdapterOptions https, bool askForClientCertificate)
    {
        https.ClientCertificateMode = askForClientCertificate
            ? ClientCertificateMode.AllowCertificate
            : ClientCertificateMode.NoCertificate;
        https.AllowAnyClientCertificate();
    }
}

/// <summary>A request to a <see cref="StubServer"/>.</summary>
public sealed class StubRequest(HttpContext context)
{
    public string Method { get; } = context.Request.Method;

    /// <summary>With the query.</summary>
    public string Target { get; } = context.Request.Path + context.Request.QueryString;

    /// <summary><c>HTTP/1.1</c>, <c>HTTP/2</c>.</summary>
    public string Protocol { get; } = context.Request.Protocol;

    public IReadOnlyDictionary<string, string> Headers { get; } =
        context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    public X509Certificate2? ClientCertificate { get; } = context.Connection.ClientCertificate;
}
