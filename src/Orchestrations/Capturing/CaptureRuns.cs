using Holdfast.Archive.Format;
using Holdfast.Capture.Running;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Volumes.Running;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Which capture an activity is about.</summary>
internal sealed record CaptureSubject(RunId Run, ClusterName Cluster);

/// <summary>Where the activities of captures find their run's steps, and the cluster. Thread-safe.</summary>
internal sealed class CaptureRuns(RunRecords records)
{
    private readonly RunEnvironment environment = records.Environment;
    private readonly RecentlyUsed<Entry> runs = new(records.Environment.Limits.RunsInMemory);

    public RunRecords Records => records;

    public CaptureLedger LedgerOf(CaptureSubject subject) => EntryOf(subject).Ledger;

    /// <summary>Does a step of a capture, unless the run is cancelled.</summary>
    public Task<T> DoAsync<T>(
        CaptureSubject subject,
        Func<CaptureSteps, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) => records.Stops.UnlessRequestedAsync(subject.Run, stop => step(EntryOf(subject).Steps, stop), cancellation);

    /// <summary>The same for a step that needs the cluster.</summary>
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

    /// <summary>Does a step of protecting the run's volumes, unless it is cancelled.</summary>
    public Task<T> DoAsync<T>(
        CaptureSubject subject,
        Func<VolumeSteps, ClusterConnection, CancellationToken, Task<T>> step,
        CancellationToken cancellation
    ) =>
        records.Stops.UnlessRequestedAsync(
            subject.Run,
            async stop => await step(EntryOf(subject).Volumes, await environment.OpenCluster(subject.Cluster, stop), stop),
            cancellation
        );

    public VolumeSteps VolumesOf(CaptureSubject subject) => EntryOf(subject).Volumes;

    /// <summary>The captures that this process has begun and not ended.</summary>
    public IEnumerable<CaptureSubject> Open => runs.All.Select(r => r.Subject);

    /// <summary>Deletes what the run needed until its end.</summary>
    public async Task ClearAsync(CaptureSubject subject, CancellationToken cancellation)
    {
        await EntryOf(subject).Documents.ClearAsync(cancellation);
        runs.Forget(subject.Run);
    }

    private Entry EntryOf(CaptureSubject subject) =>
        runs.For(
            subject.Run,
            () =>
            {
                var documents = new OnceDocuments(environment.Alone is null ? environment.Control : null, RunReports.FolderOf(subject.Run));
                var ledger = new CaptureLedger(documents);
                return new(
                    subject,
                    documents,
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
                    {
                        Infrastructure = environment.Infrastructure,
                        Heads = environment.Alone is null ? new(environment.Control) : null,
                    },
                    new(
                        subject.Run.ToString(),
                        subject.Cluster,
                        environment.Vault,
                        documents,
                        environment.Control,
                        RunReports.FolderOf(subject.Run),
                        environment.Transfers,
                        environment.Disks,
                        environment.Time,
                        environment.Limits.Volumes
                    )
                );
            }
        );

    private sealed record Entry(
        CaptureSubject Subject,
        OnceDocuments Documents,
        CaptureLedger Ledger,
        CaptureSteps Steps,
        VolumeSteps Volumes
    );
}
