using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Capture.Exporting;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Notifications;
using Holdfast.Control.Registration;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Files;
using Holdfast.Volumes.Running;
using Holdfast.Volumes.Transfers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Opens a cluster by the name it is known under: by its registration, or by a kubeconfig's context. The caller doesn't dispose it; the
/// opener keeps one connection per cluster.
/// </summary>
public delegate Task<ClusterConnection> OpenCluster(ClusterName cluster, CancellationToken cancellation);

/// <summary>What activities reach beyond this process. Orchestrators reach nothing.</summary>
/// <param name="Signer">Null: seals are not signed.</param>
public sealed record RunEnvironment(
    OpenCluster OpenCluster,
    IBlobStore Vault,
    IDocumentStore Control,
    TimeProvider Time,
    SealSigner? Signer = null
)
{
    /// <summary>What is required of the seal of a point that is read.</summary>
    public SealTrust Trust { get; init; } = SealTrust.Anyone;

    /// <summary>Binds the plans that are kept in the control store; null: they are as trustworthy as the store.</summary>
    public PlanKey? PlanKey { get; init; }

    /// <summary>Asks the clouds of registered clusters what those run on; null: no cloud can be asked.</summary>
    public InfrastructureReader? Infrastructure { get; init; }

    /// <summary>Who makes clusters to restore into, beside those that are registered by their owners.</summary>
    public IReadOnlyList<IClusterProvider> Providers { get; init; } = [];

    /// <summary>
    /// Asks for the credentials that a registration leads to: why they can't be had, or null. Null: none can be asked for here.
    /// </summary>
    public Func<ClusterRegistration, CancellationToken, Task<string?>>? TryCredentials { get; init; }

    /// <summary>Other vaults that what this one holds is copied to, in order of name.</summary>
    public ImmutableArray<Replica> Replicas { get; init; } = [];

    /// <summary>Where the secrets of notifications are, and whom they may reach; null: this process sends none.</summary>
    public NotificationAccess? Notifications { get; init; }

    /// <summary>
    /// Hands a mail to its server, and throws a <see cref="NotificationException"/> where it isn't taken; null: no mail is sent here.
    /// </summary>
    public Func<OutgoingMail, CancellationToken, Task>? SendMail { get; init; }

    public RunLimits Limits { get; init; } = RunLimits.Default;

    /// <summary>What can carry the data of volumes' snapshots to other regions and into the vault's account.</summary>
    public ImmutableArray<IVolumeTransfer> Transfers { get; init; } = [];

    /// <summary>
    /// What moves the files of volumes: exports are among <see cref="Transfers"/>. Null: exported files can't be restored here.
    /// </summary>
    public FileStorage? Files { get; init; }

    /// <summary>Takes snapshots of the cloud's disks; null: only what CSI drivers do is done.</summary>
    public ICloudDisks? Disks { get; init; }

    /// <summary>Makes disks of what points refer to; null: only what CSI drivers do is done.</summary>
    public INewDisks? NewDisks { get; init; }

    /// <summary>Receives what people must know beyond reports: bugs with their stacks, policies that can't be evaluated.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The process is about to stop: its activities end at their next safe place, and are run again by the next process.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>
    /// Set by a process that begins and ends its runs itself, and shows their reports itself: it receives the reports, and neither they nor
    /// what captures need between their steps is written to the control store. The run's order is, and stays there: give such a process a
    /// store of its own, in memory.
    /// </summary>
    public Action<RunReport>? Alone { get; init; }

    /// <summary>Receives, from any thread, what captures in this process do; for the display of a process that runs one capture.</summary>
    public IProgress<CaptureProgress>? CaptureProgress { get; init; }

    /// <summary>The same of restores.</summary>
    public IProgress<RestoreProgress>? RestoreProgress { get; init; }

    /// <summary>Where a restore keeps plan and outcomes; null: in the control store.</summary>
    public Func<RunId, IRestoreJournal>? Journals { get; init; }
}

/// <summary>Bounds of what a process does for runs.</summary>
public sealed record RunLimits
{
    public static readonly RunLimits Default = new();

    /// <summary>How long one activity exports before it hands back. Default 4 minutes.</summary>
    public TimeSpan ExportBudget { get; init; } = UnitExporter.DefaultBudget;

    /// <summary>How long one activity applies before it hands back. Default 4 minutes.</summary>
    public TimeSpan ApplyBudget { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long one activity verifies before it hands back. Default 4 minutes.</summary>
    public TimeSpan VerifyBudget { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long one activity replicates before it hands back. Default 4 minutes.</summary>
    public TimeSpan ReplicateBudget { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long a receiver of a notification has to answer. Default 10 seconds.</summary>
    public TimeSpan NotificationPatience { get; init; } = TimeSpan.FromSeconds(10);

    public ApplyLimits Apply { get; init; } = ApplyLimits.Default;
    public VolumeLimits Volumes { get; init; } = VolumeLimits.Default;

    /// <summary>How often a running activity checks whether its run was cancelled. Default 5 seconds.</summary>
    public TimeSpan CancellationInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Runs whose plans and the like a process keeps in memory; those of other runs are read again. Default 32.</summary>
    public int RunsInMemory { get; init; } = 32;
}
