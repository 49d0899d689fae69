using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Volumes;

/// <summary>
/// The objects through which a restore offers a storage snapshot of the point to a claim: a pre-provisioned VolumeSnapshotContent and a
/// VolumeSnapshot bound to it, of one name. Captures leave them out. Pure.
/// </summary>
internal static partial class SnapshotObjects
{
    public const string Group = "snapshot.storage.k8s.io";

    /// <summary>The storage snapshot stays when the content is deleted.</summary>
    public const string Retain = "Retain";

    /// <param name="plan">As <see cref="RestorePlan.Name"/>.</param>
    public static string NameOf(string plan, int step) => $"holdfast-{plan}-{step}";

    /// <summary>Some restore has made the object of this name.</summary>
    public static bool IsOfARestore(string? name) => name is not null && OurName().IsMatch(name);

    /// <summary>The claim says that it was provisioned from a VolumeSnapshot that some restore made, and that is gone.</summary>
    public static bool IsOfARestore(JsonObject? claimSpec)
    {
        var source = claimSpec.Object("dataSourceRef") ?? claimSpec.Object("dataSource");
        return source.Text("kind") == "VolumeSnapshot" && IsOfARestore(source.Text("name"));
    }

    public static JsonObject Content(SnapshotSource source, string plan, string ns)
    {
        var spec = new JsonObject
        {
            ["deletionPolicy"] = Retain,
            ["driver"] = source.Driver,
            ["source"] = new JsonObject { ["snapshotHandle"] = source.Handle },
            ["sourceVolumeMode"] = source.Mode == VolumeMode.Block ? "Block" : "Filesystem",
            ["volumeSnapshotRef"] = new JsonObject
            {
                ["apiVersion"] = source.ApiVersion,
                ["kind"] = "VolumeSnapshot",
                ["namespace"] = ns,
                ["name"] = source.Name,
            },
        };
        return Of("VolumeSnapshotContent", source, plan, spec);
    }

    public static JsonObject Snapshot(SnapshotSource source, string plan, string ns)
    {
        var spec = new JsonObject { ["source"] = new JsonObject { ["volumeSnapshotContentName"] = source.Name } };
        var snapshot = Of("VolumeSnapshot", source, plan, spec);
        snapshot.Ensure("metadata")["namespace"] = ns;
        return snapshot;
    }

    /// <summary>What a claim's spec names as the source of its data.</summary>
    public static JsonObject DataSource(SnapshotSource source) =>
        new()
        {
            ["apiGroup"] = Group,
            ["kind"] = "VolumeSnapshot",
            ["name"] = source.Name,
        };

    /// <summary>The run has made the object.</summary>
    public static bool IsOf(JsonObject live, string plan) => live.Object("metadata").Object("labels").Text(KnownLabels.RestoreRun) == plan;

    /// <summary>The content leads to this storage snapshot, and to no other.</summary>
    public static bool HasHandle(JsonObject content, SnapshotSource source) =>
        content.Object("spec").Text("driver") == source.Driver
        && content.Object("spec").Object("source").Text("snapshotHandle") == source.Handle;

    private static JsonObject Of(string kind, SnapshotSource source, string plan, JsonObject spec)
    {
        if (source.Class is { } named)
            spec["volumeSnapshotClassName"] = named;
        return new()
        {
            ["apiVersion"] = source.ApiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = source.Name,
                ["labels"] = new JsonObject { [KnownLabels.Exclude] = "true", [KnownLabels.RestoreRun] = plan },
            },
            ["spec"] = spec,
        };
    }

    [GeneratedRegex("^holdfast-[0-9a-f]{12}-[0-9]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OurName();
}
