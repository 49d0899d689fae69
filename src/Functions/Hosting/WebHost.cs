using System.Collections.Immutable;
using System.Net;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.App;

namespace Holdfast.Functions.Hosting;

/// <summary>The web server of an app that runs by itself, and the API for both ways to run.</summary>
internal static class WebHost
{
    /// <param name="port">0: any free one.</param>
    /// <param name="longestBody">In bytes.</param>
    public static WebApplicationBuilder Builder(int port, long longestBody)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = longestBody;
                kestrel.Listen(IPAddress.Loopback, port);
            });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        return builder;
    }

    public static RequestDelegate Api(
        HoldfastApp app,
        Authenticator authenticator,
        ImmutableArray<ApiRoute> routes,
        IServiceProvider services
    ) => new ApiPipeline(app, authenticator, routes).Build(services);
}
