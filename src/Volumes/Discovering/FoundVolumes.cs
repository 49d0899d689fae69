using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>A volume of the scope.</summary>
/// <param name="Claim">Null: no claim is bound to it.</param>
/// <param name="NoSnapshot">Why no CSI snapshot can be taken of it, whatever the cluster offers; null: one can.</param>
/// <param name="IsNotNeeded">Nothing was ever written to it, or its claim says that its data needs no snapshot.</param>
internal sealed record FoundVolume(VolumeRecord Record, JsonObject? Claim, string? NoSnapshot, bool IsNotNeeded, string Application = "");

/// <summary>Claims and volumes of a scope, each once. Pure.</summary>
internal sealed class FoundVolumes
{
    private const string Missing = "the volume that it is bound to doesn't exist";

    private readonly ImmutableArray<FoundVolume> found;

    private FoundVolumes(IEnumerable<FoundVolume> found) => this.found = [.. found];

    public bool IsEmpty => found.IsEmpty;

    /// <summary>Of the claims.</summary>
    public IReadOnlyCollection<string> Namespaces => [.. found.Select(v => v.Record.Namespace).OfType<string>().Distinct()];

    public IEnumerable<FoundVolume> Records => found;

    /// <param name="hidden">Why the volumes can't be listed; null: they can.</param>
    public static FoundVolumes Of(
        IEnumerable<JsonObject> claims,
        IReadOnlyCollection<JsonObject> volumes,
        SelectedVolumes selected,
        string? hidden = null
    )
    {
        var byName = volumes.ToDictionary(Name);
        var taken = claims.Where(selected.TakesClaim).ToList();
        var bound = taken.Select(VolumeOf).OfType<string>().ToHashSet();
        return new(
            taken
                .Select(c => OfClaim(c, VolumeOf(c) is { } name ? byName.GetValueOrDefault(name) : null, hidden))
                .Concat(volumes.Where(v => !bound.Contains(Name(v)) && selected.TakesVolume(v)).Select(OfVolume))
        );
    }

    /// <summary>The same, with who mounts each.</summary>
    public FoundVolumes With(IEnumerable<MountingPod> pods)
    {
        var mounts = pods.SelectMany(p => p.Claims, (pod, claim) => (pod, claim)).ToLookup(m => (m.pod.Namespace, m.claim), m => m.pod);
        return new(found.Select(v => v.Claim is null ? v : With(v, [.. mounts[(v.Record.Namespace!, v.Record.Claim!)]])));
    }

    private static FoundVolume With(FoundVolume volume, MountingPod[] pods) =>
        volume with
        {
            Record = volume.Record with { Pods = [.. pods.Select(p => p.Name).Distinct().Order(StringComparer.Ordinal)] },
            Application = Applications.Of(volume.Claim!, pods.Select(p => p.Labels)),
        };

    private static FoundVolume OfClaim(JsonObject claim, JsonObject? volume, string? hidden)
    {
        var (spec, metadata) = (claim.Object("spec"), claim.Object("metadata"));
        var source = VolumeSource.Of(volume.Object("spec"));
        var record = Record(volume, source) with
        {
            Namespace = metadata.Text("namespace"),
            Claim = metadata.Text("name"),
            Volume = VolumeOf(claim),
            Capacity =
                claim.Object("status").Object("capacity").Text("storage") ?? spec.Object("resources").Object("requests").Text("storage"),
            Mode = ModeOf(spec),
            AccessModes = Texts(spec, "accessModes"),
            StorageClass = spec.Text("storageClassName"),
        };
        if (VolumeOf(claim) is null)
            return new(record, claim, "it isn't bound to a volume yet, so that it has no data", IsNotNeeded: true);
        return metadata.Object("annotations").Text(KnownLabels.Snapshot) == "false"
            ? new(record, claim, $"its annotation {KnownLabels.Snapshot} says that its data needs no snapshot", IsNotNeeded: true)
            : new(record, claim, volume is null ? hidden ?? Missing : NoSnapshot(source), IsNotNeeded: false);
    }

    private static FoundVolume OfVolume(JsonObject volume)
    {
        var available = volume.Object("status").Text("phase") is "Available" or "Pending";
        return new(
            Record(volume, VolumeSource.Of(volume.Object("spec"))),
            null,
            available ? "no claim has used it yet" : "no claim is bound to it, and a snapshot is taken of a claim: bind one, or delete it",
            available
        );
    }

    private static VolumeRecord Record(JsonObject? volume, VolumeSource? source)
    {
        var spec = volume.Object("spec");
        return new()
        {
            Volume = volume.Object("metadata").Text("name"),
            Driver = source?.Driver,
            Handle = source?.Handle,
            Capacity = spec.Object("capacity").Text("storage"),
            Mode = ModeOf(spec),
            AccessModes = Texts(spec, "accessModes"),
            StorageClass = spec.Text("storageClassName"),
            Topology = VolumeSource.TopologyOf(spec),
            Protection = VolumeProtection.None,
        };
    }

    private static string? NoSnapshot(VolumeSource? source) =>
        source switch
        {
            null => "its volume is of no known kind",
            { IsCsi: true } => null,
            { Driver: "nfs" } =>
                $"it is on the NFS server {source.Handle}, without a CSI driver that could take a snapshot: back up that server",
            { Driver: "hostPath" or "local" } => $"it is the path {source.Handle} of a node, of which no snapshot can be taken",
            _ => $"its volume is of the in-tree plugin {source.Driver}, and only CSI volumes have snapshots: migrate it to the CSI driver",
        };

    private static VolumeMode ModeOf(JsonObject? spec) => spec.Text("volumeMode") == "Block" ? VolumeMode.Block : VolumeMode.Filesystem;

    private static string? VolumeOf(JsonObject claim) => claim.Object("spec").Text("volumeName") is { Length: > 0 } name ? name : null;

    private static string Name(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    private static ImmutableArray<string> Texts(JsonObject? parent, string name) =>
        [.. parent.Array(name)?.OfType<JsonValue>().Select(v => v.ToString()) ?? []];
}
