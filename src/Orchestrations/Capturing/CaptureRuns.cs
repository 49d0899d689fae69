using Holdfast.Archive.Format;
using Holdfast.Capture.Course;
using Holdfast.Clusters.Connections;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Which capture an activity is about.</summary>
internal sealed record CaptureSubject(RunId Run, ClusterName Cluster);

/// <summary>Where the activities of captures find their run's steps, and the cluster. Thread-safe.</summary>
internal sealed class CaptureRuns(RunEnvironment environment, RunStops stops)
{
    private readonly RecentlyUsed<Entry> runs = new(environment.Limits.RunsInMemory);

    public CaptureLedger LedgerOf(CaptureSubject subject) => EntryOf(subject).Ledger;

    /// <summary>Does a step of a capture, unless the run is cancelled.</summary>
    public Task<T> DoAsync<T>(
        CaptureSubject subject,
        Func<CaptureSteps, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) => stops.UnlessRequestedAsync(subject.Run, stop => step(EntryOf(subject).Steps, stop), cancellation);

    /// <summary>The same for a step that asks the cluster.</summary>
    public Task<T> DoAsync<T>(
        CaptureSubject subject,
        Func<CaptureSteps, ClusterConnection, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) =>
        DoAsync(
            subject,
            async (steps, stop) => await step(steps, await environment.OpenCluster(subject.Cluster, stop), stop),
            cancellation
        );

    /// <summary>Deletes what the run needed while it went on.</summary>
    public async Task ClearAsync(CaptureSubject subject, CancellationToken cancellation)
    {
        await LedgerOf(subject).ClearAsync(cancellation);
        runs.Forget(subject.Run);
    }

    private Entry EntryOf(CaptureSubject subject) =>
        runs.For(
            subject.Run,
            () =>
            {
                var ledger = new CaptureLedger(environment.Alone is null ? environment.Control : null, RunReports.FolderOf(subject.Run));
                return new(
                    ledger,
                    new(
                        subject.Cluster,
                        environment.Vault,
                        ledger,
                        environment.Time,
                        environment.Signer,
                        environment.Trust,
                        environment.CaptureProgress
                    )
                );
            }
        );

    private sealed record Entry(CaptureLedger Ledger, CaptureSteps Steps);
}
