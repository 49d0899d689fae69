using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>Which run an activity makes a cluster for, and under which name.</summary>
internal sealed record NewClusterSubject(RunId Run, ClusterName Cluster)
{
    /// <summary>The plan that was approved, which alone may be carried out; null: none had to be.</summary>
    public ContentDigest? Approved { get; init; }
}

/// <summary>Where the activities that make a cluster find its provider, and what was decided. Thread-safe.</summary>
internal sealed class NewClusterRuns(RunRecords records)
{
    internal const string Planned = "new-cluster.json";
    private const string Readied = "new-cluster-nodes.json";

    private readonly RunEnvironment environment = records.Environment;
    private readonly RecentlyUsed<OnceDocuments> runs = new(records.Environment.Limits.RunsInMemory);

    public RunRecords Records => records;

    /// <returns>Null: there is no such provider here.</returns>
    public IClusterProvider? FindProvider(string name) =>
        name == NewClusterRequest.Registered
            ? new RegisteredClusterProvider(environment.OpenCluster)
            : environment.Providers.FirstOrDefault(p => p.Name == name);

    /// <returns>Null: the run has decided nothing yet.</returns>
    public Task<NewClusterPlan?> FindPlanAsync(RunId run, CancellationToken cancellation) =>
        DocumentsOf(run).FindAsync(Planned, NewClusterJson.Default.NewClusterPlan, cancellation);

    /// <returns>The plan that counts: of two that were made at once, one.</returns>
    public Task<NewClusterPlan> KeepAsync(RunId run, NewClusterPlan plan, CancellationToken cancellation) =>
        DocumentsOf(run).CreateAsync(Planned, plan, NewClusterJson.Default.NewClusterPlan, cancellation);

    /// <summary>Notes that the cluster is there, registered, and has nodes.</summary>
    public Task KeepAsync(RunId run, NodeCount nodes, CancellationToken cancellation) =>
        DocumentsOf(run).CreateAsync(Readied, nodes, NewClusterJson.Default.NodeCount, cancellation);

    /// <returns>Null: it isn't ready.</returns>
    public Task<NodeCount?> FindNodesAsync(RunId run, CancellationToken cancellation) =>
        DocumentsOf(run).FindAsync(Readied, NewClusterJson.Default.NodeCount, cancellation);

    /// <summary>Does a step with what was decided, unless the run is cancelled.</summary>
    /// <param name="step">Its cancellation is the run's.</param>
    public Task<T> DoAsync<T>(
        RunId run,
        Func<IClusterProvider, NewClusterPlan, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) =>
        records.Stops.UnlessRequestedAsync(
            run,
            async stop =>
            {
                var plan =
                    await FindPlanAsync(run, stop)
                    ?? throw new InvalidOperationException($"run {run} has no plan of a new cluster: it has ended, or never began");
                return await step(ProviderOf(plan), plan, stop);
            },
            cancellation
        );

    public IClusterProvider ProviderOf(NewClusterPlan plan) =>
        FindProvider(plan.Provider)
        ?? throw new InvalidOperationException($"the provider '{plan.Provider}' that planned the cluster isn't there any more");

    private OnceDocuments DocumentsOf(RunId run) =>
        runs.For(run, () => new(environment.Alone is null ? environment.Control : null, RunReports.FolderOf(run)));
}
