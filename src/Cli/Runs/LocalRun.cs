using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Cli.Errors;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Runs;

/// <summary>
/// Runs the orchestrations of the function app in this process, without an engine: what a run needs beyond its life is in the vault and,
/// for a restore, in its folder.
/// </summary>
/// <param name="vault">Where points are.</param>
/// <param name="signer">Null: seals are not signed.</param>
internal sealed class LocalRun(ClusterConnection cluster, IBlobStore vault, TimeProvider time, SealSigner? signer = null)
{
    public const string Here = "command line";

    /// <summary>Transient faults were retried further down; a person decides about the rest.</summary>
    private const int Attempts = 1;

    private readonly RunId run = RunId.New(time.GetUtcNow(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));

    /// <summary>What is asked of the seal of a point that is restored, or continued by a capture.</summary>
    public SealTrust Trust { get; init; } = SealTrust.Anyone;

    /// <summary>What moves exported files; null: the vault is a folder, beside which there are none.</summary>
    public FileStorage? Files { get; init; }

    /// <summary>Makes disks of the cloud that the target is in; null: nothing does.</summary>
    public INewDisks? Disks { get; init; }

    private RunEnvironment Environment =>
        new((_, _) => Task.FromResult(cluster), vault, new MemoryDocuments(), time, signer)
        {
            Trust = Trust,
            Files = Files,
            NewDisks = Disks,
        };

    public async Task<CaptureReport> CaptureAsync(
        ClusterName name,
        CaptureRequest request,
        IProgress<CaptureProgress>? progress,
        CancellationToken cancellation
    )
    {
        var order = new CaptureOrder
        {
            Run = run,
            Cluster = name,
            RequestedBy = Here,
            Request = request,
            Attempts = Attempts,
        };
        var report = await RunAsync(
            Environment with
            {
                CaptureProgress = progress,
            },
            new(time.GetUtcNow()) { Capture = order },
            cancellation
        );
        return report.Capture! with { Duration = TimeSpan.FromSeconds(report.Seconds) };
    }

    /// <summary>Applies the plan that the journal keeps, or resumes it.</summary>
    public async Task<RestoreReport> RestoreAsync(
        ClusterName target,
        IRestoreJournal journal,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellation
    )
    {
        var order = new RestoreOrder
        {
            Run = run,
            Target = target,
            RequestedBy = Here,
            Resume = true, // the plan is in the journal already, whether the run is new or resumed
            Attempts = Attempts,
        };
        var report = await RunAsync(
            Environment with
            {
                RestoreProgress = progress,
                CaptureProgress = progress is null ? null : new SafetyProgress(progress),
                Journals = _ => journal,
            },
            new(time.GetUtcNow()) { Restore = order },
            cancellation
        );
        return report.Restore! with { Duration = TimeSpan.FromSeconds(report.Seconds) };
    }

    /// <summary>Of the capture that a restore which deletes begins with, as a phase of the restore.</summary>
    private sealed class SafetyProgress(IProgress<RestoreProgress> restore) : IProgress<CaptureProgress>
    {
        public void Report(CaptureProgress value) =>
            restore.Report(new($"safety point: {value.Phase}", (int)value.Objects, (int)value.ExpectedObjects, 0));
    }

    private async Task<RunReport> RunAsync(RunEnvironment environment, StoredOrder order, CancellationToken cancellation)
    {
        var report = await InlineRun.RunAsync(environment, order, NullLoggerFactory.Instance, cancellation);
        return report.Failure is { } failure ? throw new RunFailedException(failure) : report;
    }
}
