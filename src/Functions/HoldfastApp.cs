using System.Security.Cryptography;
using Holdfast.Durable;
using Holdfast.Durable.Hub;
using Holdfast.Functions.Api.Health;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Telemetry;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions;

/// <summary>
/// What every part of the app works with. An app whose settings are wrong exists too: it answers its host, and says what is wrong to whoever asks something of it. Thread-safe.
/// </summary>
internal sealed class HoldfastApp : IAsyncDisposable
{
    private readonly RunEnvironment? environment;
    private readonly IReadOnlyList<string> faults;

    /// <param name="environment">Null exactly when there are <paramref name="faults"/>.</param>
    public HoldfastApp(AppSettings settings, RunEnvironment? environment, IReadOnlyList<string> faults, TimeProvider time, ILoggerFactory logging)
    {
        this.environment = environment;
        this.faults = faults;
        Settings = settings;
        Time = time;
        Logging = logging;
        Log = logging.CreateLogger("Holdfast");
        Ages = new(time);
        Readiness = new(this);
        Registry = HoldfastRegistry.Create(environment ?? NoEnvironment.Instance);
    }

    public AppSettings Settings { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Logging { get; }

    public ILogger Log { get; }

    /// <summary>Every orchestrator and activity by name, also in an app that can't run them.</summary>
    public DurableRegistry Registry { get; }

    /// <summary>What keeps the app from working; empty when it works.</summary>
    public IReadOnlyList<string> Faults => faults;

    public bool Works => environment is not null;

    /// <exception cref="AppFaultException">The settings are wrong.</exception>
    public RunEnvironment Environment => environment ?? throw new AppFaultException(faults);

    /// <exception cref="AppFaultException">The settings are wrong.</exception>
    public RunOrders Orders => new(Environment.Control, Time);

    public PointAges Ages { get; }

    public Readiness Readiness { get; }

    /// <summary>What ends with the app.</summary>
    public IAsyncDisposable? Owns { get; init; }

    /// <summary>The embedded engine; null under a Functions host, and before it has started.</summary>
    public TaskHub? Hub { get; set; }

    public ValueTask DisposeAsync()
    {
        Ages.Dispose();
        return Owns?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    public RunId NewRun() => RunId.New(Time.GetUtcNow(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
}

/// <summary>The app can't work as it is set up.</summary>
internal sealed class AppFaultException(IReadOnlyList<string> faults) : Exception($"the app is not set up: {string.Join("; ", faults)}. docs/settings.md explains every setting");
