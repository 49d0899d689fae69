using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Simulator;
using Holdfast.Volumes.Files;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Tests;

/// <summary>Simulated clusters by name, a vault, a control store, and hubs that run orders against them.</summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly Dictionary<ClusterName, SimulatedCluster> clusters = [];
    private readonly Dictionary<ClusterName, ClusterConnection> connections = [];
    private readonly List<SimulatedCluster> borrowed = [];
    private uint runs;

    public IBlobStore Vault { get; set; } = new MemoryStore(TimeProvider.System);

    public IDocumentStore Control { get; set; } = new MemoryDocuments();

    public RunLimits Limits { get; set; } = RunLimits.Default with { CancellationInterval = TimeSpan.FromMilliseconds(50) };

    /// <summary>The clock of runs.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Called before a cluster is opened.</summary>
    public Func<ClusterName, CancellationToken, Task>? Opening { get; set; }

    public SimulatedCluster this[string name] => clusters[ClusterName.Parse(name)];

    public RunReports Reports => new(Control, TimeProvider.System);

    public static async Task<SimulatedFleet> StartAsync(params string[] names)
    {
        var fleet = new SimulatedFleet();
        foreach (var name in names)
            await fleet.AddAsync(name);
        return fleet;
    }

    public async Task<SimulatedCluster> AddAsync(string name)
    {
        var cluster = await SimulatedCluster.StartAsync(new(), default);
        clusters.Add(ClusterName.Parse(name), cluster);
        return cluster;
    }

    /// <summary>The same simulated cluster under another name.</summary>
    public void Alias(string name, string of) => Alias(ClusterName.Parse(name), this[of]);

    /// <summary>A cluster of another fleet, which continues to own it.</summary>
    public void Borrow(SimulatedFleet from, string name)
    {
        Alias(ClusterName.Parse(name), from[name]);
        borrowed.Add(from[name]);
    }

    /// <summary>A cluster that someone else disposes.</summary>
    public void Borrow(string name, SimulatedCluster cluster)
    {
        Alias(ClusterName.Parse(name), cluster);
        borrowed.Add(cluster);
    }

    private void Alias(ClusterName name, SimulatedCluster cluster) => clusters.Add(name, cluster);

    /// <summary>A connection beside that of the runs.</summary>
    public ClusterConnection Connect(string name) => Connect(ClusterName.Parse(name));

    /// <summary>What makes a cluster known to policies; runs open it by its name.</summary>
    public static ClusterRegistration RegistrationOf(string name, string env) =>
        new()
        {
            Name = ClusterName.Parse(name),
            Endpoint = new("http://127.0.0.1:1"),
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("env", env),
            Authentication = new() { TokenFile = new("/var/run/token") },
        };

    /// <summary>A new run's id.</summary>
    public RunId NewRun() => RunId.New(TimeProvider.System.GetUtcNow(), ++runs);

    public Task<RunningHub> HubAsync(string? path = null) => RunningHub.StartAsync(Environment(), path);

    /// <summary>What moves files; null: nothing does.</summary>
    public FileStorage? Files { get; set; }

    public RunEnvironment Environment() =>
        new(OpenAsync, Vault, Control, Time)
        {
            Limits = Limits,
            Files = Files,
            Transfers = [new FileTransfer(Vault.Location, Files, Time)],
        };

    public CaptureOrder Order(string cluster) =>
        new()
        {
            Run = NewRun(),
            Cluster = ClusterName.Parse(cluster),
            RequestedBy = "tests",
            Attempts = 1,
            Request = new(),
        };

    public RestoreOrder RestoreOf(RunReport captured) =>
        new()
        {
            Run = NewRun(),
            Target = captured.Cluster!.Value,
            RequestedBy = "requester",
            Attempts = 1,
            Request = new() { Cluster = captured.Cluster!.Value, Point = captured.Capture!.Point },
        };

    /// <summary>Runs an order on a hub of its own.</summary>
    public async Task<RunReport> RunAsync(OrderRef order)
    {
        await using var hub = await HubAsync();
        return await RunAsync(hub, order);
    }

    public async Task<RunReport> RunAsync(RunningHub hub, OrderRef order)
    {
        await StartAsync(hub, order);
        return await EndAsync(hub, order.Run);
    }

    /// <summary>Stores an order and starts its run.</summary>
    public async Task StartAsync(RunningHub hub, OrderRef order) =>
        Assert.True(
            await new RunOrders(Control, TimeProvider.System).StartAsync(
                hub.Client,
                at =>
                    new(at)
                    {
                        Capture = order as CaptureOrder,
                        Fleet = order as FleetOrder,
                        Plan = order as PlanOrder,
                        Restore = order as RestoreOrder,
                        Recovery = order as RecoveryOrder,
                    },
                default
            )
        );

    /// <summary>Waits for a run to end; how it must end is for its report to say.</summary>
    public async Task<RunReport> EndAsync(RunningHub hub, RunId run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var end = await hub.Client.WaitForInstanceCompletionAsync(run.ToString(), getInputsAndOutputs: true, patience.Token);
        Assert.True(
            end.RuntimeStatus == OrchestrationRuntimeStatus.Completed,
            $"{end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage ?? end.SerializedOutput}"
        );
        return await Reports.ReadAsync(run, default) ?? throw new InvalidOperationException($"run {run} left no report");
    }

    public static async Task<RunStatus?> StatusAsync(RunningHub hub, RunId run) =>
        (await hub.Client.GetInstanceAsync(run.ToString(), getInputsAndOutputs: true))?.SerializedCustomStatus is { } text
            ? System.Text.Json.JsonSerializer.Deserialize(text, HoldfastJson.Default.RunStatus)
            : null;

    public async Task<VerifyReport> VerifyAsync(string cluster) =>
        await PointVerifier.VerifyAsync(Vault, ClusterName.Parse(cluster), null, SealTrust.Anyone, null, default);

    public async Task<Inventory> InventoryAsync(RunReport report) =>
        (await RecoveryPointReader.OpenAsync(Vault, report.Capture!.Cluster, report.Capture.Point, default)).Inventory;

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections.Values)
            connection.Dispose();
        foreach (var cluster in clusters.Values.Distinct().Except(borrowed))
            await cluster.DisposeAsync();
    }

    private async Task<ClusterConnection> OpenAsync(ClusterName name, CancellationToken cancellation)
    {
        if (Opening is { } opening)
            await opening(name, cancellation);
        lock (connections)
        {
            if (!connections.TryGetValue(name, out var connection))
                connections[name] = connection = Connect(name);
            return connection;
        }
    }

    private ClusterConnection Connect(ClusterName name) =>
        new(new() { Server = clusters[name].Server, Token = (_, _) => new(clusters[name].Token) }, TimeProvider.System);

    /// <summary>The versions of a group that are missing from a cluster's point.</summary>
    public async Task<IEnumerable<string>> GapsAsync(RunId run, string cluster, string group)
    {
        var report = await Reports.ReadAsync(run.Of(ClusterName.Parse(cluster)), default);
        return report!.Capture!.Gaps.Select(g => g.Resource.Split('/')[0]).Where(g => g == group);
    }
}
