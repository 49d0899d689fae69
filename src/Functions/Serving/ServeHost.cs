using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.App;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Telemetry;
using Holdfast.Machine.Files;
using Holdfast.Machine.Terminals;
using Holdfast.Orchestrations;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.DurableTask;

namespace Holdfast.Functions.Serving;

/// <summary>Runs the app by itself: the API on loopback, the embedded hub, its own clock for the timers.</summary>
internal static partial class ServeHost
{
    private const long LongestBody = 4 << 20;

    /// <param name="json">Where it serves is printed on stdout too, as an object in one line.</param>
    /// <returns>The exit code: 0 after SIGTERM or SIGINT, 2 when the settings are wrong, 1 when the port or the data folder is used by
    /// another process.</returns>
    public static async Task<int> RunAsync(AppSettings settings, ImmutableArray<ApiRoute> routes, bool json)
    {
        try
        {
            return await ServeAsync(settings, routes, json);
        }
        catch (Exception fault) when (fault is HubException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(Printable.Of($"holdfast: {fault.Message}"));
            return 1;
        }
    }

    private static async Task<int> ServeAsync(AppSettings settings, ImmutableArray<ApiRoute> routes, bool json)
    {
        var builder = WebHost.Builder(settings.Port, LongestBody);
        builder.Logging.AddProvider(new ConsoleLog(Console.Error));
        using var telemetry = OpenTelemetryExport.Start(builder, settings, logsGoElsewhere: false);
        await using var web = builder.Build();
        using var activities = new CancellationTokenSource();
        var logging = web.Services.GetRequiredService<ILoggerFactory>();
        await using var app = AppSetup.Open(settings, TimeProvider.System, logging, activities.Token);
        if (!app.Works)
        {
            foreach (var fault in app.Faults)
                await Console.Error.WriteLineAsync(Printable.Of($"holdfast: {fault}"));
            return 2;
        }
        using var stop = new CancellationTokenSource();
        using var signals = new StopSignals(stop.Cancel);
        OwnerOnly.CreateFolder(Path.GetFullPath(settings.Data));
        await using var hub = await HubAsync(app, stop.Token);
        app.Engine = hub.Client;
        // Only now: the hub's file is held, and with it the data folder, so that no other service's token is replaced.
        var token = LocalToken.Make(Path.Combine(settings.Data, "token"));
        var api = WebHost.Api(app, new Authenticator.OfLoopback(token), routes, web.Services);
        web.Run(api);
        await web.StartAsync(stop.Token);
        LogServing(app.Log, AddressOf(web), token.Path);
        if (json)
            await WriteAsync(new ServiceAddress(AddressOf(web) + "/api", token.Path));
        await Task.WhenAll(MinuteClock.RunAsync(app, hub.Client, stop.Token), signals.Received);
        await web.StopAsync();
        // The hub is to know first: activities that fail because they are stopped are not recorded then, and run again at the next start.
        var stopped = hub.DisposeAsync();
        await activities.CancelAsync();
        await stopped;
        return 0;
    }

    private static Task WriteAsync(ServiceAddress address) =>
        Console.Out.WriteLineAsync(JsonSerializer.Serialize(address, ServingJson.Default.ServiceAddress));

    private static Task<EmbeddedHub> HubAsync(HoldfastApp app, CancellationToken stop)
    {
        var registry = new DurableTaskRegistry();
        HoldfastTasks.Register(registry);
        var executor = new RegistryExecutor(registry, new AppServices(app), PayloadConverter.Instance, app.Logging);
        return EmbeddedHub.StartAsync(
            Path.Combine(app.Settings.Data, "hub.db"),
            executor,
            PayloadConverter.Instance,
            new(app.Settings.Activities),
            app.Time,
            app.Logging,
            stop
        );
    }

    /// <summary>What activities ask the engine for.</summary>
    private sealed class AppServices(HoldfastApp app) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? app.Workspace : null;
    }

    [LoggerMessage(LogLevel.Information, "Serving {Address}/api; the bearer token is in {TokenFile}")]
    private static partial void LogServing(ILogger log, string address, string tokenFile);

    private static string AddressOf(WebApplication web) =>
        web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}

/// <param name="TokenFile">Where the bearer token is; never the token itself.</param>
internal sealed record ServiceAddress(string Url, string TokenFile);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServiceAddress))]
internal sealed partial class ServingJson : JsonSerializerContext;
