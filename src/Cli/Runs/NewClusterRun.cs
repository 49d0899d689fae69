using System.Security.Cryptography;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Runs;

/// <summary>
/// A restore that makes its target, in this process, without an engine: the function app's orchestration. One that is broken off is begun
/// again by the same command, which finds the cluster that was made for the point.
/// </summary>
internal sealed class NewClusterRun(MadeClusters clusters, OpenedVault vault, SealTrust trust, TimeProvider time)
{
    /// <summary>A cluster takes minutes to be made: what Azure refuses for a moment doesn't end that.</summary>
    private const int Attempts = 5;

    private readonly RunId run = RunId.New(time.GetUtcNow(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));

    /// <summary>Of the plan that the run makes, and of the folder that keeps it.</summary>
    public string Name => RestorePlans.NameOf(run);

    /// <exception cref="RunFailedException">It failed.</exception>
    public async Task<RunReport> RunAsync(
        RestoreRequest request,
        NewClusterRequest cluster,
        RunFolder folder,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellation
    )
    {
        var order = new RestoreOrder
        {
            Run = run,
            Target = cluster.Name,
            Request = request,
            NewCluster = cluster,
            RequestedBy = LocalRun.Here,
            Attempts = Attempts,
        };
        var environment = new RunEnvironment(clusters.OpenAsync, vault.Store, clusters.Registrations, time)
        {
            Trust = trust,
            Providers = [clusters.Provider],
            NewDisks = vault.Disks(time),
            RestoreProgress = progress,
            Journals = _ => folder,
        };
        var report = await InlineRun.RunAsync(
            environment,
            new(time.GetUtcNow()) { Restore = order },
            NullLoggerFactory.Instance,
            cancellation
        );
        return report.Failure is { } failure ? throw new RunFailedException(failure) : report;
    }
}
