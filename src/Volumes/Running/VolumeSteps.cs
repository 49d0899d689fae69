using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Disks;
using Holdfast.Volumes.Hooks;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;
using Holdfast.Volumes.Transfers;

namespace Holdfast.Volumes.Running;

/// <summary>
/// The steps of protecting the volumes of one capture, each bounded in time and repeatable: plan; cut every batch before the revision is
/// pinned; wait, beside the export, until every batch is ready; sum up for the seal; release, or purge when nothing was sealed. The
/// documents have what each step did, so that any process may do the next one. Thread-safe.
/// </summary>
/// <param name="run">The capture's run.</param>
/// <param name="vault">Where the point is written.</param>
/// <param name="documents">Of the run.</param>
/// <param name="control">Where applications that hooks have stopped are recorded.</param>
/// <param name="folder">Of the run in <paramref name="control"/>; ends with a slash.</param>
/// <param name="disks">What takes snapshots of disks directly; null: nothing.</param>
/// <param name="transfers">What can carry the data of snapshots elsewhere.</param>
public sealed class VolumeSteps(
    string run,
    ClusterName cluster,
    IBlobStore vault,
    OnceDocuments documents,
    IDocumentStore control,
    string folder,
    ImmutableArray<IVolumeTransfer> transfers,
    ICloudDisks? disks,
    TimeProvider time,
    VolumeLimits limits
)
{
    private const string PlanName = "volumes/plan.json";

    private readonly SnapshotNames names = new(run, vault.Location, cluster);
    private VolumePlan? known;

    private VolumeTransfers Transfers => new(transfers, run, cluster);

    /// <summary>Finds the volumes of the scope. Costs two short lists where it has none.</summary>
    /// <param name="hooks">Of the policy; null: none.</param>
    /// <param name="cloud">What to do with disks of the cloud that the cluster is in; null: nothing.</param>
    /// <param name="files">How files are exported; null: they aren't.</param>
    /// <returns>How many batches of snapshots are to be cut.</returns>
    /// <exception cref="Clusters.ClusterException">The cluster's claims or volumes can't be listed.</exception>
    public async Task<int> PlanAsync(
        ClusterConnection connection,
        CaptureScope scope,
        VolumeHandling handling,
        ImmutableArray<PolicyHook>? hooks,
        CloudVolumes? cloud,
        FilePlan? files,
        CancellationToken cancellation
    )
    {
        if (await FindPlanAsync(cancellation) is { } made)
            return made.Batches;
        cloud = cloud is null ? null : cloud with { Vault = vault.Location };
        var plan = await new VolumePlanner(connection, disks, cloud, files).PlanAsync(scope, handling, cancellation);
        if (plan.Batches > 0)
            plan = plan with { Hooks = hooks, Warning = await CollectAsync(connection, plan, cancellation) };
        known =
            plan == VolumePlan.Nothing ? plan : await documents.CreateAsync(PlanName, plan, VolumesJson.Default.VolumePlan, cancellation);
        return known.Batches;
    }

    /// <summary>What earlier captures left behind. It must not keep this one from being made, nor one kind of it another.</summary>
    /// <returns>Why not all could be collected; null: it was, or nothing is left.</returns>
    private async Task<string?> CollectAsync(ClusterConnection connection, VolumePlan plan, CancellationToken cancellation)
    {
        var failures = new FirstFailure();
        if (plan.SnapshotVersion is { } version)
        {
            var snapshots = new OrphanSnapshots(connection, SnapshotApi.At(version), Groups(connection, plan), names, vault, cluster, time);
            await failures.TryAsync(() => snapshots.CollectAsync(cancellation), cancellation);
        }
        if (disks is not null)
        {
            var own = new OrphanDiskSnapshots(disks, vault, cluster, time);
            await failures.TryAsync(() => own.CollectAsync(plan.CloudGroups, cancellation), cancellation);
        }
        await failures.TryAsync(() => Transfers.CollectAsync(connection, plan, cancellation), cancellation);
        return failures.Message is { } message ? $"what earlier captures may have left wasn't collected: {message}" : null;
    }

    /// <summary>Whether nothing is left to cut, so that the revision can be pinned.</summary>
    public async Task<bool> IsCutAsync(CancellationToken cancellation)
    {
        var batches = await BatchesAsync(cancellation);
        for (var batch = 0; batch < batches; batch++)
            if (await BatchAsync(CutName(batch), cancellation) is null)
                return false;
        return true;
    }

    /// <summary>Has the snapshots of a batch cut, between the hooks of the pods that use the volumes.</summary>
    public async Task CutAsync(ClusterConnection connection, int batch, CancellationToken cancellation)
    {
        if (await BatchAsync(CutName(batch), cancellation) is not null)
            return;
        var plan = await PlanAsync(cancellation);
        var cut = await Cutter(connection, plan, batch).CutAsync([.. plan.OfBatch(batch)], limits.Cut, cancellation);
        await documents.CreateAsync(CutName(batch), cut, VolumesJson.Default.VolumeBatch, cancellation);
    }

    /// <summary>Looks whether a batch is ready, and how far its data is on the way to where it is to be.</summary>
    /// <returns>How many volumes are waited for; 0: the batch is done. After the limits it always is.</returns>
    public async Task<int> LookAsync(ClusterConnection connection, int batch, CancellationToken cancellation)
    {
        if (await BatchAsync(DoneName(batch), cancellation) is not null)
            return 0;
        var plan = await PlanAsync(cancellation);
        var cut = await BatchAsync(CutName(batch), cancellation) ?? throw new InvalidOperationException($"batch {batch} hasn't been cut");
        var age = time.GetUtcNow() - cut.At;
        var (states, waiting) = await Cuts(connection, plan)
            .LookAsync([.. plan.OfBatch(batch)], cut.Volumes, limits.Ready, age >= limits.Ready, cancellation);
        var ready = states.Where(s => s.IsReady);
        var carried = await Transfers.AdvanceAsync(connection, plan, ready, age >= limits.Carried, cancellation);
        waiting += carried.Count(c => c.States.Any(s => !s.IsDone));
        if (waiting == 0)
            await documents.CreateAsync(
                DoneName(batch),
                cut with
                {
                    Volumes = states,
                    Carried = carried,
                },
                VolumesJson.Default.VolumeBatch,
                cancellation
            );
        return waiting;
    }

    /// <summary>What the point is to say of volumes. All batches must be done.</summary>
    /// <param name="connect">Opens the cluster; called only when there are volumes.</param>
    /// <param name="pinnedAt">When the point's revision was pinned.</param>
    /// <param name="revision">The point's.</param>
    public async Task<PointVolumes> SumUpAsync(
        Func<Task<ClusterConnection>> connect,
        DateTimeOffset pinnedAt,
        Revision revision,
        CancellationToken cancellation
    )
    {
        if (await FindPlanAsync(cancellation) is not { } plan)
            return PointVolumes.None;
        if (plan.Unlisted is { } why)
            return plan.RequiresProtection ? PointVolumes.None with { Gaps = [VolumeRecords.Unlisted(why)] } : PointVolumes.None;
        if (plan.Volumes.IsEmpty)
            return PointVolumes.None;
        var name = $"volumes/outcome-{pinnedAt.UtcTicks}.json";
        if (await documents.FindAsync(name, VolumesJson.Default.PointVolumes, cancellation) is { } made)
            return made;
        var batches = await Task.WhenAll(Enumerable.Range(0, plan.Batches).Select(b => DoneAsync(b, cancellation)));
        var selected = new SelectedVolumes(plan.Scope, plan.LabelledNamespaces);
        var claims = await PinnedClaims.ReadAsync(await connect(), selected, revision, cancellation);
        var records = new VolumeRecords(plan, batches.SelectMany(b => b.Volumes), batches.SelectMany(b => b.Carried), pinnedAt);
        var outcome = records.Of(claims) with { Warnings = Warnings(plan, batches) };
        return await documents.CreateAsync(name, outcome, VolumesJson.Default.PointVolumes, cancellation);
    }

    private static ImmutableArray<string> Warnings(VolumePlan plan, VolumeBatch[] batches) =>
        [
            .. batches.Select(b => b.Warning).Prepend(plan.Warning).OfType<string>().Distinct(),
            .. batches.SelectMany(b => b.Hooks).Where(h => h.Error is not null).Select(h => h.ToString()),
        ];

    /// <summary>
    /// Resumes what hooks have stopped, and removes what the run made in the cluster: the objects, and the storage's snapshots that no
    /// point names. Everything is tried, whatever fails.
    /// </summary>
    /// <param name="point">That the run has sealed; null: none is known, and every point of the cluster is looked at.</param>
    /// <exception cref="ClusterException">The first of what couldn't be resumed or removed.</exception>
    public async Task ReleaseAsync(ClusterConnection connection, PointId? point, CancellationToken cancellation)
    {
        if (await FindPlanAsync(cancellation) is not { Batches: > 0 } plan)
            return;
        var failures = new FirstFailure();
        foreach (var batch in Enumerable.Range(0, plan.Batches))
            await failures.TryAsync(() => Cutter(connection, plan, batch).ThawAsync([.. plan.OfBatch(batch)], cancellation), cancellation);
        await failures.TryAsync(() => RemoveAsync(connection, plan, point, failures, cancellation), cancellation);
        failures.Throw();
    }

    private async Task RemoveAsync(
        ClusterConnection connection,
        VolumePlan plan,
        PointId? point,
        FirstFailure failures,
        CancellationToken cancellation
    )
    {
        var (cut, done) = (await BatchesAsync(plan, CutName, cancellation), await BatchesAsync(plan, DoneName, cancellation));
        var states = done.SelectMany(b => b.Volumes).ToDictionary(v => v.Number);
        var named = await NamedAsync(point, done, cancellation);
        var kept = states.Values.Where(v => v.IsSecured && named.Contains(v.Handle!)).ToDictionary(v => v.Number);
        await failures.TryAsync(() => Transfers.ReleaseAsync(connection, plan, states, kept.ContainsKey, cancellation), cancellation);
        var contents = cut.Concat(done).SelectMany(b => b.Volumes).Select(v => v.Content).OfType<string>();
        await Cuts(connection, plan).ReleaseAsync([.. plan.ByNumber.Values], contents, kept, named.Contains, cancellation);
    }

    /// <summary>
    /// A run that failed or was cancelled may have sealed its point all the same, with all batches done: the vault decides.
    /// </summary>
    private Task<HashSet<string>> NamedAsync(PointId? point, List<VolumeBatch> done, CancellationToken cancellation) =>
        done.Count == 0 ? Task.FromResult(new HashSet<string>())
        : point is { } made ? OrphanSnapshots.SealedHandlesAsync(vault, cluster, made, cancellation)
        : OrphanSnapshots.SealedHandlesAsync(vault, cluster, done.Min(b => b.At), cancellation);

    /// <summary>What became of the hooks so far, batch by batch.</summary>
    public async Task<ImmutableArray<HookOutcome>> HooksAsync(CancellationToken cancellation)
    {
        var hooks = ImmutableArray.CreateBuilder<HookOutcome>();
        for (var batch = 0; batch < await BatchesAsync(cancellation); batch++)
            hooks.AddRange((await BatchAsync(CutName(batch), cancellation))?.Hooks ?? []);
        return hooks.ToImmutable();
    }

    /// <summary>How many batches of snapshots the run has.</summary>
    public async Task<int> BatchesAsync(CancellationToken cancellation) => (await FindPlanAsync(cancellation))?.Batches ?? 0;

    /// <summary>Those that have such a document.</summary>
    private async Task<List<VolumeBatch>> BatchesAsync(VolumePlan plan, Func<int, string> name, CancellationToken cancellation) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, plan.Batches).Select(b => BatchAsync(name(b), cancellation)))).OfType<VolumeBatch>()];

    private async Task<VolumeBatch> DoneAsync(int batch, CancellationToken cancellation) =>
        await BatchAsync(DoneName(batch), cancellation)
        ?? throw new InvalidOperationException($"batch {batch} of the volumes isn't done: all must be before the point is sealed");

    private HookedCutter Cutter(ClusterConnection connection, VolumePlan plan, int batch) =>
        new(connection, Cuts(connection, plan), plan.Hooks, new(control, $"{folder}volumes/freeze-{batch}.json"), time);

    private VolumeCuts Cuts(ClusterConnection connection, VolumePlan plan) =>
        new(
            Objects(connection, plan),
            Groups(connection, plan),
            plan.Groups,
            disks is not null && plan.Cloud is { } cloud ? new(disks, cloud, run, cluster, vault.Location, time) : null,
            time
        );

    private SnapshotObjects? Objects(ClusterConnection connection, VolumePlan plan) =>
        plan.SnapshotVersion is { } version ? new(connection, SnapshotApi.At(version), names) : null;

    private GroupObjects? Groups(ClusterConnection connection, VolumePlan plan) =>
        plan.GroupVersion is { } version ? new(connection, GroupApi.At(version), names) : null;

    private Task<VolumeBatch?> BatchAsync(string name, CancellationToken cancellation) =>
        documents.FindAsync(name, VolumesJson.Default.VolumeBatch, cancellation);

    private async Task<VolumePlan> PlanAsync(CancellationToken cancellation) =>
        await FindPlanAsync(cancellation) ?? throw new InvalidOperationException("the volumes haven't been planned");

    private async Task<VolumePlan?> FindPlanAsync(CancellationToken cancellation) =>
        known ??= await documents.FindAsync(PlanName, VolumesJson.Default.VolumePlan, cancellation);

    private static string CutName(int batch) => $"volumes/cut-{batch}.json";

    private static string DoneName(int batch) => $"volumes/done-{batch}.json";
}
