using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Fields that a restore leaves to the live object although they were chosen and they matter: what is written there isn't a difference
/// that a restore would settle, but it isn't equal either. Pure.
/// </summary>
internal static class LeftFields
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        // Which disk, and so which data, is behind it.
        [KnownTypes.PersistentVolumeClaims] = ["volumeName"],
        // What becomes of the disk, or of the storage snapshot, once the object is deleted.
        [KnownTypes.PersistentVolumes] = ["persistentVolumeReclaimPolicy"],
        [KnownTypes.VolumeSnapshotContents] = ["deletionPolicy"],
    };

    public static bool Has(string groupResource) => Known.ContainsKey(groupResource);

    /// <param name="captured">As in the point, before any rule has changed it.</param>
    /// <param name="live">As the target has it.</param>
    /// <param name="known">Differences that are known already.</param>
    /// <returns>Each marked as staying; empty for most.</returns>
    public static ImmutableArray<FieldDiff> Between(
        JsonObject captured,
        JsonObject live,
        string groupResource,
        ImmutableArray<FieldDiff> known
    )
    {
        if (!Known.TryGetValue(groupResource, out var names))
            return [];
        var (was, wanted) = (live.Object("spec"), captured.Object("spec"));
        return
        [
            .. names
                .Where(n => wanted.Text(n) is not null && wanted.Text(n) != was.Text(n))
                .Select(n => new FieldDiff($"/spec/{n}", Quoted(was, n), Quoted(wanted, n), Stays: true))
                .Where(d => !known.Any(t => t.Path == d.Path)),
        ];
    }

    private static string? Quoted(JsonObject? spec, string name) => spec.Text(name) is null ? null : spec![name]!.ToJsonString();
}
