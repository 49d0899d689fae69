using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>Which volumes come back, so that the claims bound to them are attached again instead of provisioned empty.</summary>
internal sealed class VolumeFacts
{
    private readonly Dictionary<string, Volume> captured = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Volume> live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> liveDisks = new(StringComparer.Ordinal);
    private readonly SortedSet<string> attached = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> renamed = new(StringComparer.Ordinal);
    private readonly RestoreRequest request;
    private readonly bool otherCluster;
    private bool mayCreate;

    private VolumeFacts(PlanningRun run)
    {
        (request, otherCluster) = (run.Request, run.IsOtherCluster);
        mayCreate = request.Selection.ClusterScoped != false;
    }

    /// <summary>The volumes that some claim of the plan is attached to.</summary>
    public IEnumerable<string> Attached => attached;

    /// <param name="type">As the target serves it; null: it doesn't.</param>
    public static async Task<VolumeFacts> LoadAsync(PlanningRun run, ApiResource? type, CancellationToken cancellation)
    {
        var facts = new VolumeFacts(run);
        var segments = run.Point.SegmentsOf(KnownTypes.PersistentVolumes);
        await foreach (var (_, volume, _) in run.Point.ReadParsedAsync(segments, cancellation))
        {
            // The disk that the volume will have.
            if (run.Mappings.Mappings.HasExternalIds && run.Point.Type(KnownTypes.PersistentVolumes) is { } captured)
                ExternalIdPlaces.Map(run.Mappings.Mappings, captured, volume);
            facts.Add(facts.captured, volume);
        }
        if (type is not null)
            await facts.ReadLiveAsync(run.Target, type, cancellation);
        facts.Rename();
        return facts;
    }

    /// <summary>Why the target's volumes can't be listed; none is then created, since another may be on the same disk.</summary>
    public string? Hidden { get; private set; }

    private async Task ReadLiveAsync(RestoreTarget target, ApiResource type, CancellationToken cancellation)
    {
        try
        {
            await foreach (var _ in target.List(new(type, null), (in item) => Add(live, ManifestJson.Parse(item.Json)), cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure == ClusterFailure.Forbidden)
        {
            (Hidden, mayCreate) = (hidden.Message, false);
        }
        foreach (var (name, volume) in live)
            if (volume.Disk is { } disk)
                liveDisks.TryAdd(disk, name);
    }

    /// <summary>Volumes that are called otherwise than they were captured; null: none.</summary>
    public ImmutableSortedDictionary<string, string>? Renamed =>
        renamed.Count == 0 ? null : renamed.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The name in the target of a volume that was captured under this one.</summary>
    public string NameOf(string name) => renamed.GetValueOrDefault(name) ?? name;

    /// <summary>Of a mapped namespace, and its name is that of a volume which isn't its claim's.</summary>
    private void Rename()
    {
        foreach (var (name, volume) in captured)
            if (volume.IsMapped && live.TryGetValue(name, out var present) && present.Claim != volume.Claim && !IsSame(name, present))
                renamed[name] = NamespaceMap.Beside(name, volume.Claim!.Split('/')[0], captured.ContainsKey);
    }

    /// <summary>
    /// A volume of this name will hold the claim's disk: it is live and free for the claim, or this restore may create it.
    /// </summary>
    public bool ComesBack(string name)
    {
        var back = live.TryGetValue(NameOf(name), out var present) ? IsSame(name, present) : CanBeMade(name);
        if (back)
            attached.Add(name);
        return back;
    }

    /// <summary>The live volume is the captured one, and free for the claim.</summary>
    private bool IsSame(string name, Volume present) =>
        !captured.TryGetValue(name, out var was)
        || (
            present.Disk == was.Disk
            && (present.Claim is null || present.Claim == was.Claim || (was.IsMapped && IsLetGo(present)))
            && (!was.IsMapped || present.Claim == was.Claim || IsWanted)
        );

    /// <summary>Its claim is gone and left it behind.</summary>
    private static bool IsLetGo(Volume present) => present.Released is not null && !present.Going;

    /// <summary>A volume is attached to the claim of a mapped namespace only when that is asked for.</summary>
    private bool IsWanted => request.AdoptVolumes || request.Volumes == VolumeChoice.Reattach;

    private bool CanBeMade(string name) =>
        mayCreate
        && captured.TryGetValue(name, out var gone)
        && (request.AdoptVolumes || gone.Reclaim != "Delete")
        && WhyNotMade(name) is null;

    /// <summary>Another cluster may still use the disks of the captured one.</summary>
    private bool IsOthers => otherCluster && !request.AdoptVolumes;

    /// <summary>Why this captured volume isn't made although it is missing in the target; null: it may be.</summary>
    public string? WhyNotMade(string name)
    {
        if (SameDisk(name) is { } other)
            return $"volume {other} of the target is on the same disk: two volumes on one disk lose it";
        if (IsOthers)
            return "the captured cluster may still use its disk: --adopt-volumes attaches it here when nothing else does";
        if (!captured.TryGetValue(name, out var volume) || !volume.IsMapped)
            return null;
        if (HeldBySource(name) is { } source)
            return $"volume {name} is in the target, and claim {source} has it: two claims don't share its data";
        return IsWanted
            ? null
            : "its namespace comes back under another name, beside one that may still use the volume: --volumes reattach attaches it where "
                + "nothing else does";
    }

    /// <summary>The claim (<c>namespace/name</c>) that a volume of a mapped namespace is bound to in the target; null: none.</summary>
    public string? HeldBySource(string name) =>
        captured.TryGetValue(name, out var volume)
        && volume.IsMapped
        && live.TryGetValue(name, out var present)
        && present.Disk == volume.Disk
        && present.Released is null
        && present.Claim != volume.Claim
            ? present.Claim
            : null;

    /// <summary>
    /// The claim can be attached to its volume: it is live and stays, or this restore may create it and no other cluster uses its disk.
    /// </summary>
    /// <param name="claimGoes">The claim is being deleted in the target, which may take its volume along.</param>
    public bool StaysUsable(string name, bool claimGoes) =>
        live.TryGetValue(NameOf(name), out var present)
            ? !present.Going && !(claimGoes && present.Reclaim == "Delete") && IsSame(name, present)
            : CanBeMade(name);

    /// <summary>A live volume that waits for the claim (<c>namespace/name</c>) and would be bound to it; null: none does.</summary>
    public string? ReservedFor(string claim) => live.FirstOrDefault(v => v.Value.Reserved && v.Value.Claim == claim).Key;

    /// <summary>Another live volume on the disk of this captured one; null when there is none.</summary>
    public string? SameDisk(string name) =>
        captured.TryGetValue(name, out var volume)
        && volume.Disk is { } disk
        && liveDisks.TryGetValue(disk, out var other)
        && other != NameOf(name)
            ? other
            : null;

    /// <summary>The live volume's manifest, when its claim is gone and it can be given to the one that comes back.</summary>
    public JsonObject? Released(string name) =>
        live.TryGetValue(name, out var volume) && volume.Released is { } manifest ? (JsonObject)manifest.DeepClone() : null;

    /// <summary>When it was captured, its claim existed: it comes back with the volume.</summary>
    public bool WasBound(string name) => captured.TryGetValue(name, out var volume) && volume.Bound;

    private void Add(Dictionary<string, Volume> to, JsonObject manifest)
    {
        var spec = manifest.Object("spec");
        var claim = spec.Object("claimRef");
        if (manifest.Object("metadata").Text("name") is not { } name)
            return;
        var ns = claim.Text("namespace");
        var target = to == captured ? NamespaceMap.Of(request.NamespaceMapping, ns) : ns;
        var held = claim is null ? null : $"{target}/{claim.Text("name")}";
        var released = LiveFields.IsReleased(manifest);
        to[name] = new(
            VolumeRules.Reclaim(spec),
            Disk(spec),
            held,
            Bound: held is not null && !released,
            released && to == live ? manifest : null
        )
        {
            Going =
                manifest.Object("metadata").Text("deletionTimestamp") is not null || (released && VolumeRules.Reclaim(spec) == "Delete"),
            IsMapped = target != ns,
            Reserved = held is not null && !released && claim.Text("uid") is null,
        };
    }

    /// <summary>What distinguishes disks; shared file systems may well be mounted by several volumes, and are not distinguished.</summary>
    private static string? Disk(JsonObject? spec)
    {
        if (spec.Object("csi") is { } csi && csi.Text("volumeHandle") is { } handle)
            return $"{csi.Text("driver")}\0{handle}";
        return spec.Object("azureDisk").Text("diskURI")
            ?? spec.Object("awsElasticBlockStore").Text("volumeID")
            ?? spec.Object("gcePersistentDisk").Text("pdName");
    }

    private sealed record Volume(string Reclaim, string? Disk, string? Claim, bool Bound, JsonObject? Released)
    {
        /// <summary>It is being deleted, or will be by its reclaim policy.</summary>
        public bool Going { get; init; }

        /// <summary>Its claim comes back in a namespace of another name, which <see cref="Claim"/> says.</summary>
        public bool IsMapped { get; init; }

        /// <summary>It is bound to no claim yet, and to be bound to this one only.</summary>
        public bool Reserved { get; init; }
    }
}
