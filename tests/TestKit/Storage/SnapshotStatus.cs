using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>What of a VolumeSnapshotContent's status its VolumeSnapshot shows.</summary>
internal static class SnapshotStatus
{
    /// <summary>
    /// A merge patch of the VolumeSnapshot's status; null: it is as it should be. As external-snapshotter v8.6.0 does it
    /// (pkg/common-controller, updateSnapshotStatus): times and sizes are taken over once, the error follows the content's.
    /// </summary>
    public static JsonObject? Following(JsonObject snapshot, JsonObject content)
    {
        var patch = new JsonObject();
        if (snapshot.At("status", "boundVolumeSnapshotContentName") is null)
            patch["boundVolumeSnapshotContentName"] = content.Name();
        if (snapshot.At("status", "readyToUse") is not { } ready || (bool)ready != content.Flag("status", "readyToUse"))
            patch["readyToUse"] = content.Flag("status", "readyToUse");
        if (snapshot.At("status", "creationTime") is null && (long?)content.At("status", "creationTime") is { } nanoseconds)
            patch["creationTime"] = ObjectFields.Format(DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100));
        if (snapshot.At("status", "restoreSize") is null && (long?)content.At("status", "restoreSize") is { } bytes)
            patch["restoreSize"] = ByteQuantity.Format(bytes);
        var error = content.At("status", "error");
        if (!JsonNode.DeepEquals(snapshot.At("status", "error"), error))
            patch["error"] = error?.DeepClone();
        return patch.Count == 0 ? null : patch;
    }

    /// <summary>A merge patch of a status; null: it has this error already, from whatever time.</summary>
    /// <param name="notReady">Also set <c>readyToUse</c> to false.</param>
    public static JsonObject? Failing(JsonObject live, string message, bool notReady, DateTimeOffset now)
    {
        if (live.Text("status", "error", "message") == message)
            return null;
        var patch = new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["time"] = ObjectFields.Format(now) },
        };
        if (notReady)
            patch["readyToUse"] = false;
        return patch;
    }
}
