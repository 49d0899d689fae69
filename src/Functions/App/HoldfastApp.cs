using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Functions.Health;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Telemetry;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Replication;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.App;

/// <summary>
/// What every part of the app works with. An app whose settings are wrong exists too: it answers its host, and says what is wrong to
/// every caller. Thread-safe.
/// </summary>
internal sealed class HoldfastApp : IAsyncDisposable
{
    private readonly RunWorkspace? workspace;
    private readonly IReadOnlyList<string> faults;

    /// <param name="environment">Null exactly when there are <paramref name="faults"/>.</param>
    public HoldfastApp(
        AppSettings settings,
        RunEnvironment? environment,
        IReadOnlyList<string> faults,
        TimeProvider time,
        ILoggerFactory logging
    )
    {
        this.faults = faults;
        Settings = settings;
        Time = time;
        Logging = logging;
        Log = logging.CreateLogger("Holdfast");
        workspace = environment is null ? null : new(environment with { Log = Log });
        Warnings = new(environment?.Control.Unusable, time, Log);
        Ages = new(time);
        Lags = new(time);
        Readiness = new(() => Environment, time);
    }

    public AppSettings Settings { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Logging { get; }

    public ILogger Log { get; }

    /// <summary>What keeps the app from working; empty when it works.</summary>
    public IReadOnlyList<string> Faults => faults;

    public bool Works => workspace is not null;

    /// <exception cref="AppFaultException">The settings are wrong.</exception>
    public RunEnvironment Environment => Workspace.Environment;

    /// <summary>What activities work with.</summary>
    /// <exception cref="AppFaultException">The settings are wrong.</exception>
    public RunWorkspace Workspace => workspace ?? throw new AppFaultException(faults);

    /// <exception cref="AppFaultException">The settings are wrong.</exception>
    public RunOrders Orders => new(Environment.Control, Time);

    public PointAges Ages { get; }

    public ReplicaLags Lags { get; }

    public Readiness Readiness { get; }

    public Warnings Warnings { get; }

    /// <summary>Held by whoever reads all inventories of a cluster to answer a request: one at a time.</summary>
    public SemaphoreSlim AddingUp { get; } = new(1);

    /// <summary>What a failover needs that may be lost with this region; empty where there is no replica to fail over to.</summary>
    public async Task<ImmutableArray<RegionSecret>> RegionSecretsAsync(CancellationToken cancellation) =>
        Environment.Replicas.IsEmpty
            ? []
            : await Settings.RegionSecrets.FindAsync(
                Environment.Vault,
                new(Environment.Control),
                Settings.SigningKeyAddress is { } key ? new(key) : null,
                cancellation
            );

    /// <summary>What ends with the app.</summary>
    public IAsyncDisposable? Owns { get; init; }

    /// <summary>The embedded engine; null under a Functions host, whose engine comes with each call, and before it has started.</summary>
    public DurableTaskClient? Engine { get; set; }

    public ValueTask DisposeAsync()
    {
        Ages.Dispose();
        Lags.Dispose();
        Warnings.Dispose();
        AddingUp.Dispose();
        return Owns?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    public RunId NewRun() => RunId.New(Time.GetUtcNow(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
}
