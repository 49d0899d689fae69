using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>What became of one volume's snapshot. Serialisable.</summary>
/// <param name="Number">The planned volume's.</param>
public sealed record CutVolume(int Number)
{
    /// <summary>The VolumeSnapshotContent; null: none is known.</summary>
    public string? Content { get; init; }

    /// <summary>What the driver knows the snapshot by.</summary>
    public string? Handle { get; init; }

    /// <summary>What the driver knows the group snapshot by that it is part of; null: it was cut alone.</summary>
    public string? Group { get; init; }

    /// <summary>By the storage system's clock.</summary>
    public DateTimeOffset? CutAt { get; init; }
    public long? RestoreBytes { get; init; }

    /// <summary>Why there is no snapshot that could be restored; null: there is one, or one may still come.</summary>
    public string? Problem { get; init; }

    /// <summary>A volume can be made from it.</summary>
    public bool IsReady { get; init; }

    /// <summary>Cut, and safe from the deletion of its VolumeSnapshot.</summary>
    public bool IsSecured => Problem is null && Handle is not null && CutAt is not null;

    /// <summary>With what a VolumeSnapshotContent says.</summary>
    internal CutVolume With(JsonObject content)
    {
        var status = content.Object("status");
        return this with
        {
            Content = content.Object("metadata").Text("name"),
            Handle = status.Text("snapshotHandle") ?? Handle,
            Group = status.Text("volumeGroupSnapshotHandle") ?? Group,
            CutAt = Nanoseconds(status) ?? CutAt,
            RestoreBytes = Whole(status, "restoreSize") is > 0 and var bytes ? bytes : RestoreBytes,
        };
    }

    private static DateTimeOffset? Nanoseconds(JsonObject? status) =>
        Whole(status, "creationTime") is { } time ? DateTimeOffset.UnixEpoch.AddTicks(time / TimeSpan.NanosecondsPerTick) : null;

    private static long? Whole(JsonObject? status, string name) =>
        status?[name] is JsonValue value && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
