using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Which volumes come back, so that the claims bound to them are attached again instead of provisioned empty.</summary>
internal sealed class VolumeFacts
{
    private const string Volumes = "persistentvolumes";

    private readonly Dictionary<string, Volume> captured = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Volume> live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> liveDisks = new(StringComparer.Ordinal);
    private readonly SortedSet<string> attached = new(StringComparer.Ordinal);
    private readonly RestoreRequest request;
    private bool mayCreate;

    private VolumeFacts(RestoreRequest request) => (this.request, mayCreate) = (request, request.Selection.ClusterScoped != false);

    /// <summary>The volumes that some claim of the plan is attached to.</summary>
    public IEnumerable<string> Attached => attached;

    public static async Task<VolumeFacts> LoadAsync(
        PointManifests point,
        RestoreTarget target,
        ApiResource? type,
        RestoreRequest request,
        CancellationToken cancellation
    )
    {
        var facts = new VolumeFacts(request);
        await foreach (var (_, volume, _) in point.ReadParsedAsync(point.SegmentsOf(Volumes), cancellation))
            facts.Add(facts.captured, volume);
        if (type is not null)
            await facts.ReadLiveAsync(target, type, cancellation);
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

    /// <summary>
    /// A volume of this name will hold the claim's disk: it is live and free for the claim, or this restore may create it.
    /// </summary>
    public bool ComesBack(string name)
    {
        var back = live.TryGetValue(name, out var present)
            ? !captured.TryGetValue(name, out var was)
                || (present.Disk == was.Disk && (present.Claim is null || present.Claim == was.Claim))
            : mayCreate
                && captured.TryGetValue(name, out var gone)
                && (request.AdoptVolumes || gone.Reclaim != "Delete")
                && SameDisk(name) is null;
        if (back)
            attached.Add(name);
        return back;
    }

    /// <summary>Another live volume on the disk of this captured one; null when there is none.</summary>
    public string? SameDisk(string name) =>
        captured.TryGetValue(name, out var volume) && volume.Disk is { } disk && liveDisks.TryGetValue(disk, out var other) && other != name
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
        var held = claim is null ? null : $"{claim.Text("namespace")}/{claim.Text("name")}";
        var released = LiveFields.IsReleased(manifest);
        to[name] = new(
            VolumeRules.Reclaim(spec),
            Disk(spec),
            held,
            Bound: held is not null && !released,
            released && to == live ? manifest : null
        );
    }

    /// <summary>What tells disks apart; shared file systems may well be mounted by several volumes, and are not told apart.</summary>
    private static string? Disk(JsonObject? spec)
    {
        if (spec.Object("csi") is { } csi && csi.Text("volumeHandle") is { } handle)
            return $"{csi.Text("driver")}\0{handle}";
        return spec.Object("azureDisk").Text("diskURI")
            ?? spec.Object("awsElasticBlockStore").Text("volumeID")
            ?? spec.Object("gcePersistentDisk").Text("pdName");
    }

    private sealed record Volume(string Reclaim, string? Disk, string? Claim, bool Bound, JsonObject? Released);
}
