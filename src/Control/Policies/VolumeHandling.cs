using System.Text.Json.Serialization;

namespace Holdfast.Control.Policies;

/// <summary>How a capture protects the data of volumes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VolumeHandling>))]
public enum VolumeHandling
{
    /// <summary>Snapshots are taken, and a volume whose data isn't protected is a gap of the point.</summary>
    [JsonStringEnumMemberName("snapshot")]
    Snapshot,

    /// <summary>Snapshots are taken where they can be; a volume without one is listed, and isn't a gap.</summary>
    [JsonStringEnumMemberName("snapshot-where-possible")]
    SnapshotWherePossible,

    /// <summary>Claims and volumes are captured as the objects that they are; the data in them is not.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>The names by which people give a <see cref="VolumeHandling"/>.</summary>
public static class VolumeHandlings
{
    private static readonly string[] All = ["snapshot", "snapshot-where-possible", "none"];

    /// <summary>For a message.</summary>
    public static string Names => string.Join(", ", All);

    public static bool TryParse(string text, out VolumeHandling handling)
    {
        var index = Array.IndexOf(All, text);
        handling = (VolumeHandling)Math.Max(index, 0);
        return index >= 0;
    }
}
