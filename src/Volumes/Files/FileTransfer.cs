using System.Diagnostics.CodeAnalysis;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;
using Holdfast.Volumes.Transfers;

namespace Holdfast.Volumes.Files;

/// <summary>
/// Copies the files of volumes into the vault's account, by Jobs in the cluster: each mounts a volume made of a snapshot and runs restic.
/// Where a Job is, its status says; what it needed is removed when it ends, and the Job at the run's end.
/// </summary>
/// <param name="vault">Where points are written (<see cref="Archive.Stores.IBlobStore.Location"/>).</param>
/// <param name="storage">Null: the vault is a folder, which pods can't reach.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never taken holds nothing to dispose.")]
public sealed class FileTransfer(string vault, FileStorage? storage, TimeProvider time) : IVolumeTransfer
{
    private const string NoStorage =
        "its files can't be exported into a vault that is a folder, which Pods can't reach: use a vault in blob storage";
    private const string NoFiles = "it is a block device, whose files a mover can't read: leave it out of the policy's files";
    private const string NoCsi =
        "its snapshot is of the cloud's disk, and its files are read from a CSI snapshot: install the CSI snapshot controller and a class";
    private const string NoClass =
        "its claim names no storage class, so that no volume can be made from its snapshot: annotate it with holdfast.dev/files: \"false\"";

    /// <summary>The credentials outlive their Job, which may start late.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    /// <summary>Volumes of one capture start one after the other, so that the policy's limit holds.</summary>
    private readonly SemaphoreSlim starting = new(1);

    public bool Applies(VolumePlan plan, PlannedVolume volume) => plan.Files is not null && volume.ExportsFiles;

    public async Task<TransferState> AdvanceAsync(TransferSubject subject, CancellationToken cancellation)
    {
        if (Obstacle(subject) is { } obstacle)
            return TransferState.Failed(obstacle);
        var work = new Work(subject, vault, storage!.Repositories, time);
        var state = await work.Jobs.LookAsync(work.Name, cancellation);
        switch (state.Phase)
        {
            case MoverPhase.Missing:
                return await InTurnAsync(() => StartAsync(work, cancellation), cancellation);
            case MoverPhase.Running:
                return TransferState.UnderWay with { Problem = state.Said };
            default:
                await work.RemoveNeedsAsync(cancellation);
                return Ended(state, work.Repository);
        }
    }

    public async Task ReleaseAsync(TransferSubject subject, bool isSealed, CancellationToken cancellation)
    {
        if (storage is null || subject.Volume.Class is null)
            return;
        var work = new Work(subject, vault, storage!.Repositories, time);
        await work.Mount.RemoveAsync(work.Name, cancellation);
        await work.Jobs.RemoveAsync(work.Name, cancellation);
        if ((await work.Jobs.LookAsync(work.Names.Beginning, cancellation)).Phase is MoverPhase.Succeeded or MoverPhase.Failed)
            await work.Jobs.RemoveAsync(work.Names.Beginning, cancellation);
    }

    public Task CollectAsync(ClusterConnection connection, ClusterName cluster, VolumePlan plan, CancellationToken cancellation) =>
        plan is { Files: not null, SnapshotVersion: { } version }
            ? new OrphanMovers(connection, new("", vault, cluster), SnapshotApi.At(version), time).CollectAsync(cancellation)
            : Task.CompletedTask;

    private string? Obstacle(TransferSubject subject)
    {
        var record = subject.Volume.Record;
        if (storage is null)
            return NoStorage;
        if (subject.Plan.Files!.Password is null)
            return $"the registration of cluster {subject.Cluster} has no filesPassword, which protects the exported files: add it";
        if (record.Mode == VolumeMode.Block)
            return NoFiles;
        if (subject.Volume.Class is null)
            return NoCsi;
        return string.IsNullOrEmpty(record.StorageClass) || record.AccessModes.IsEmpty ? NoClass : null;
    }

    private async Task<TransferState> StartAsync(Work work, CancellationToken cancellation)
    {
        if (await BeginAsync(work, cancellation) is { } unbegun)
            return unbegun;
        if (await work.Jobs.RunningAsync(work.Names.Selector, cancellation) >= work.Plan.Export.AtOnce)
            return TransferState.UnderWay;
        // it locks the repository
        if ((await work.Jobs.LookAsync(work.Names.Forgetting, cancellation)).Phase == MoverPhase.Running)
            return TransferState.UnderWay with { Problem = $"waits for Job {work.Names.Forgetting}, which removes files of purged points" };
        await work.Mount.CreateAsync(
            work.Name,
            work.Names.Labels(),
            work.Record,
            work.Subject.Volume.Class,
            work.Subject.Cut,
            cancellation
        );
        var task = new MoverTask(work.Name, Restic.Backup, work.Plan.Export, work.Names.Labels())
        {
            Claim = work.Name,
            IsReadOnly = true,
            Variables = Restic.BackupVariables(work.Host, work.Subject.Run, work.Subject.Cut.CutAt!.Value),
        };
        await StartAsync(work, task, cancellation);
        return TransferState.UnderWay;
    }

    /// <returns>Null: there is a repository.</returns>
    private async Task<TransferState?> BeginAsync(Work work, CancellationToken cancellation)
    {
        if (await storage!.Repositories.IsBegunAsync(work.Repository, cancellation))
            return null;
        var name = work.Names.Beginning;
        var state = await work.Jobs.LookAsync(name, cancellation);
        if (state.Phase == MoverPhase.Failed)
            return TransferState.Failed($"the repository for the cluster's files can't be begun: {state.Said}");
        if (state.Phase == MoverPhase.Missing)
            await StartAsync(work, new(name, Restic.Begin, work.Plan.Export, work.Names.Labels()), cancellation);
        return TransferState.UnderWay with { Problem = state.Said };
    }

    private async Task StartAsync(Work work, MoverTask task, CancellationToken cancellation)
    {
        var lifetime = TimeSpan.FromHours(work.Plan.Export.Hours) + Slack;
        var signature = await storage!.Repositories.GrantAsync(work.Repository, RepositoryUse.Write, lifetime, cancellation);
        var password = await storage.PasswordOf(
            work.Plan.Password,
            $"filesPassword of the registration of cluster {work.Subject.Cluster}",
            cancellation
        );
        await work.Jobs.StartAsync(task, Restic.SecretVariables(work.Repository, signature, password), cancellation);
    }

    private static TransferState Ended(MoverState state, Uri repository)
    {
        if (state.Phase == MoverPhase.Failed)
            return TransferState.Failed($"its files couldn't be exported: {state.Said}");
        return Restic.Summary(state.Said, repository) is { } export
            ? new() { IsDone = true, Export = export }
            : TransferState.Failed("its files were exported, but the mover hasn't said as what: is it restic, in an image with a shell?");
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellation)
    {
        await starting.WaitAsync(cancellation);
        try
        {
            return await act();
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>What one call works with.</summary>
    private sealed class Work(TransferSubject subject, string vault, IFileRepositories repositories, TimeProvider time)
    {
        public TransferSubject Subject => subject;
        public FilePlan Plan => subject.Plan.Files!;
        public VolumeRecord Record => subject.Volume.Record;
        public MoverNames Names { get; } = new(subject.Run, vault, subject.Cluster);
        public MoverJobs Jobs { get; } = new(subject.Connection, subject.Plan.Files!.Export.Namespace, time);
        public SnapshotMount Mount => new(Jobs, SnapshotApi.At(subject.Plan.SnapshotVersion!), Plan.Export.Namespace);
        public string Name => Names.NameOf(subject.Volume.Number!.Value);
        public Uri Repository => repositories.LocationOf(subject.Cluster);

        /// <summary>Of the claim's present volume alone: an unchanged file of another one is another file.</summary>
        public string Host => $"{Record.Namespace}/{Record.Claim}@{Record.Volume}";

        /// <summary>What can't be removed now is tried again at the run's end, which says so.</summary>
        public async Task RemoveNeedsAsync(CancellationToken cancellation)
        {
            try
            {
                if (!await Jobs.HasSecretAsync(Name, cancellation))
                    return;
                await Mount.RemoveAsync(Name, cancellation);
                await Jobs.RemoveSecretAsync(Name, cancellation);
            }
            catch (ClusterException)
            {
                // the result counts all the same
            }
        }
    }
}
