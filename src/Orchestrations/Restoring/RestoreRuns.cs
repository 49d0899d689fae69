using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Documents;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Which restore an activity is about.</summary>
internal sealed record RestoreSubject(RunId Run, ClusterName Target);

/// <summary>Where the activities of restores find their run's steps, and the target. Thread-safe.</summary>
internal sealed class RestoreRuns(RunRecords records)
{
    private readonly RunEnvironment environment = records.Environment;
    private readonly RecentlyUsed<RestoreSteps> runs = new(records.Environment.Limits.RunsInMemory);

    public RunRecords Records => records;

    public IRestoreJournal JournalOf(RunId run) =>
        environment.Journals?.Invoke(run) ?? new ControlJournal(environment.Control, RunReports.FolderOf(run), environment.PlanKey);

    public RestoreSteps StepsOf(RunId run) =>
        runs.For(
            run,
            () =>
                new(environment.Vault, JournalOf(run), environment.Time, environment.RestoreProgress, environment.Limits.Apply)
                {
                    Trust = environment.Trust,
                    Files = environment.Files,
                    Disks = environment.NewDisks,
                }
        );

    /// <summary>The request as it is planned: with what the target's registration says beyond it.</summary>
    public async Task<RestoreRequest> CompletedAsync(RestoreRequest request, ClusterName target, CancellationToken cancellation)
    {
        if (request.DiskResourceGroup is not null)
            return request;
        var registered = await new ControlDocuments(environment.Control).ReadClusterAsync(target, cancellation);
        return request with { DiskResourceGroup = registered?.Document?.Azure?.DiskResourceGroup };
    }

    /// <summary>Does a step of a restore, unless the run is cancelled.</summary>
    public Task<T> DoAsync<T>(
        RestoreSubject subject,
        Func<RestoreSteps, ClusterConnection, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) =>
        records.Stops.UnlessRequestedAsync(
            subject.Run,
            async stop => await step(StepsOf(subject.Run), await environment.OpenCluster(subject.Target, stop), stop),
            cancellation
        );

    /// <summary>The run has ended, for now.</summary>
    public void Close(RunId run) => runs.Forget(run)?.Dispose();
}
