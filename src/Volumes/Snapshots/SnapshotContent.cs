using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>What a VolumeSnapshot says of its content.</summary>
internal static class SnapshotContent
{
    /// <returns>The content's name; null: it has none yet.</returns>
    public static string? Of(JsonObject? snapshot) =>
        snapshot.Object("status").Text("boundVolumeSnapshotContentName") is { Length: > 0 } content ? content : null;
}
