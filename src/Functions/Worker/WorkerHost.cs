using System.Collections.Immutable;
using Azure.Core.Serialization;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.App;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Telemetry;
using Holdfast.Orchestrations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Worker;

namespace Holdfast.Functions.Worker;

/// <summary>
/// Runs the app as the isolated worker of an Azure Functions host: the host fires the triggers of this folder's functions, and its
/// Durable extension runs the orchestrations.
/// </summary>
internal static partial class WorkerHost
{
    /// <param name="args">As the host gives them: where its gRPC endpoint is.</param>
    public static async Task RunAsync(AppSettings settings, ImmutableArray<ApiRoute> routes, string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.ConfigureDurableWorker().AddTasks(HoldfastTasks.Register);
        // The Durable extension and the bindings of activities take their serializer from here.
        builder.Services.Configure<WorkerOptions>(options => options.Serializer = new PayloadSerializer(new JsonObjectSerializer()));
        builder.Services.AddRoutingCore();
        // The host logs each invocation itself.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(services => Open(settings, services));
        builder.Services.AddSingleton(services => services.GetRequiredService<HoldfastApp>().Workspace);
        builder.Services.AddSingleton(services => new ApiEndpoint(Api(settings, routes, services)));
        using var telemetry = OpenTelemetryExport.Start(builder, settings, logsGoElsewhere: true);
        using var host = builder.Build();
        var app = host.Services.GetRequiredService<HoldfastApp>();
        foreach (var fault in app.Faults)
            LogFault(app.Log, fault);
        // Not with the first call: a local caller needs the token that is written here.
        _ = host.Services.GetRequiredService<ApiEndpoint>();
        // The host's own lifetime stops in good order, however often it is asked to.
        using var signals = new StopSignals(static () => { });
        await host.RunAsync();
    }

    private static HoldfastApp Open(AppSettings settings, IServiceProvider services) =>
        AppSetup.Open(
            settings,
            TimeProvider.System,
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
        );

    private static RequestDelegate Api(AppSettings settings, ImmutableArray<ApiRoute> routes, IServiceProvider services)
    {
        var app = services.GetRequiredService<HoldfastApp>();
        return WebHost.Api(app, HostAuthenticator.Open(settings, app.Log), routes, services);
    }

    [LoggerMessage(LogLevel.Error, "{Fault}. Until that is fixed, runs fail and the API answers with 503")]
    private static partial void LogFault(ILogger log, string fault);
}

/// <summary>The API, as the one HTTP function calls it.</summary>
internal sealed record ApiEndpoint(RequestDelegate Run);
