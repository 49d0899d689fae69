using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Runs;

/// <summary>
/// Runs the orchestrations of the function app in this process, without an engine: what a run needs beyond its life is in the vault and,
/// for a restore, in its folder. A failure is thrown as the exception that it was, with its stack.
/// </summary>
/// <param name="vault">Where points are.</param>
/// <param name="signer">Null: seals are not signed.</param>
internal sealed class LocalRun(ClusterConnection cluster, IBlobStore vault, TimeProvider time, SealSigner? signer = null)
{
    private const string Here = "command line";

    /// <summary>What passes by waiting was waited for below; a person decides about the rest.</summary>
    private const int Attempts = 1;

    private readonly RunId run = RunId.New(time.GetUtcNow(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));

    /// <summary>What is asked of the seal of a point that is restored, or continued by a capture.</summary>
    public SealTrust Trust { get; init; } = SealTrust.Anyone;

    private RunEnvironment Environment =>
        new((_, _) => Task.FromResult(cluster), vault, new MemoryDocuments(), time, signer) { Trust = Trust };

    public async Task<CaptureReport> CaptureAsync(
        ClusterName name,
        CaptureTerms terms,
        bool newIncarnation,
        IProgress<CaptureProgress>? progress,
        CancellationToken cancellation
    )
    {
        var order = new CaptureOrder
        {
            Run = run,
            Cluster = name,
            RequestedBy = Here,
            Scope = terms.Scope,
            KeepUntil = terms.KeepUntil,
            Full = terms.Full,
            NewIncarnation = newIncarnation,
            ExpectedAbsentGroups = terms.ExpectedAbsentGroups,
            Attempts = Attempts,
        };
        var report = await RunAsync(Environment with { CaptureProgress = progress }, Orchestrators.CaptureCluster, order, cancellation);
        return report.Capture! with { Duration = TimeSpan.FromSeconds(report.Seconds) };
    }

    /// <summary>Applies the plan that the journal keeps, or goes on with it.</summary>
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
            Resume = true,
            Attempts = Attempts,
        };
        var report = await RunAsync(
            Environment with
            {
                RestoreProgress = progress,
                Journals = _ => journal,
            },
            Orchestrators.Restore,
            order,
            cancellation
        );
        return report.Restore! with { Duration = TimeSpan.FromSeconds(report.Seconds) };
    }

    private async Task<RunReport> RunAsync(RunEnvironment environment, string orchestrator, object order, CancellationToken cancellation)
    {
        var report = await InlineRun.RunAsync(environment, orchestrator, run, order, NullLoggerFactory.Instance, cancellation);
        if (report.Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure.Cause ?? new InvalidOperationException(failure.Message));
        return report;
    }
}
