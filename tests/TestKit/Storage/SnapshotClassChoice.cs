using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Which VolumeSnapshotClass a VolumeSnapshot gets, as in external-snapshotter v8.6.0 (pkg/common-controller: checkAndUpdateSnapshotClass,
/// SetDefaultSnapshotClass): the one that it names, else the only default of its volume's driver; a pre-provisioned one needs none.
/// </summary>
internal sealed class SnapshotClassChoice(StorageObjects cluster)
{
    /// <returns>The name, or why no class fits; neither for a pre-provisioned snapshot that names none.</returns>
    public (string? Name, string? Fault) Choose(JsonObject snapshot)
    {
        if (snapshot.Text("spec", "volumeSnapshotClassName") is { } named)
            return cluster.SnapshotClasses.Find(null, named) is not null
                ? (named, null)
                : (null, $"Failed to get snapshot class with error volumesnapshotclass.{SnapshotDefinitions.Group} \"{named}\" not found");
        return snapshot.At("spec", "source", "volumeSnapshotContentName") is null ? Default(snapshot) : (null, null);
    }

    private (string?, string?) Default(JsonObject snapshot)
    {
        const string Failed = "Failed to set default snapshot class with error ";
        var (volume, fault) = new SnapshotSourceClaim(cluster).VolumeOf(snapshot);
        if (volume is null)
            return (null, Failed + fault);
        if (volume.Text("spec", "csi", "driver") is not { } driver)
            return (null, $"{Failed}snapshotting non-CSI volumes is not supported, snapshot:{snapshot.Namespace()}/{snapshot.Name()}");
        var defaults = cluster
            .SnapshotClasses.All.Where(c => c.Annotation(SnapshotNames.DefaultClass) == "true" && c.Text("driver") == driver)
            .ToArray();
        return defaults.Length switch
        {
            1 => (defaults[0].Name(), null),
            0 => (null, Failed + "cannot find default snapshot class"),
            _ => (null, $"{Failed}{defaults.Length} default snapshot classes were found"),
        };
    }
}
