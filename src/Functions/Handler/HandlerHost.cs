using Holdfast.AzureCloud.Opening;
using Holdfast.Durable.Client;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Telemetry;
using Holdfast.Functions.Triggering;

namespace Holdfast.Functions.Handler;

/// <summary>Runs the app as the custom handler of an Azure Functions host.</summary>
internal static partial class HandlerHost
{
    /// <summary>To the Functions host: start me again, and count no error. Ending with 0 would tell it that the app needs no handler any more.</summary>
    private const int StartAgain = 200;

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(AppSettings settings)
    {
        var builder = WebHost.Builder(settings.HandlerPort, longestBody: null);
        builder.Logging.AddProvider(new ConsoleLog(Console.Out, Console.Error));
        using var telemetry = OpenTelemetryExport.Start(builder, settings);
        await using var web = builder.Build();
        await using var app = Opening.Open(settings, settings.IsLocal ? RegistrationAccess.Local : new(), TimeProvider.System, web.Services.GetRequiredService<ILoggerFactory>());
        using var draining = new Draining(app.Time);
        using var engine = new ExtensionTransport(app.Registry.Json);
        var api = new ApiInvocation(WebHost.Api(app, FrontDoor.Open(settings, app.Log), web.Services), web.Services.GetRequiredService<IServiceScopeFactory>(), behindFrontEnd: !settings.IsLocal);
        var invocations = new Invocations(app, new Triggers(app.Registry), api, draining, engine);
        Map(web, invocations);
        using var signals = new StopSignals(draining.Begin);
        await web.StartAsync();
        foreach (var fault in app.Faults)
            LogFault(app.Log, fault);
        await signals.Received;
        await draining.CompletedAsync();
        await web.StopAsync();
        return StartAgain;
    }

    private static void Map(WebApplication web, Invocations invocations)
    {
        web.UseRouting();
        web.MapMethods("/", [HttpMethods.Get], http => http.Response.WriteAsJsonAsync(new { }));
        web.MapMethods("/{function}", [HttpMethods.Post], invocations.HandleAsync);
    }

    [LoggerMessage(LogLevel.Error, "{Fault}. Until that is mended, episodes are given back and calls of the API answered with 503")]
    private static partial void LogFault(ILogger log, string fault);
}
