using System.Net;
using Holdfast.Simulator.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Simulator.Hosting;

/// <summary>Kestrel on a free loopback port, speaking HTTP/1.1 and HTTP/2 without TLS on the same port.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication web;

    private LoopbackServer(WebApplication app) => web = app;

    public Uri Address => new(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<LoopbackServer> StartAsync(ApiServer api, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        app.Run(http => api.AnswerAsync(http, app.Lifetime.ApplicationStopping));
        await app.StartAsync(cancellation);
        return new LoopbackServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await web.StopAsync();
        await web.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowAlternateSchemes = true;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 250;
        kestrel.Listen(
            IPAddress.Loopback,
            0,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(PriorKnowledge.DetectAsync);
            }
        );
    }
}
