using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests;

/// <summary>The class that a volume is snapshotted with, or why there is none.</summary>
public sealed record ClassChoice(string? Name, string? Problem);

/// <summary>
/// Chooses the VolumeSnapshotClass of a claim: the one that the claim's annotation names; else, of the driver's classes, the one with the
/// label <c>holdfast.dev/snapshot-class: "true"</c> (or Velero's), the cluster's default, or the only one. Pure.
/// </summary>
/// <remarks>
/// Velero's names: https://velero.io/docs/v1.17/csi/ . The default's annotation:
/// https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/
/// </remarks>
public sealed class SnapshotClasses
{
    public const string Chosen = "holdfast.dev/snapshot-class";
    private const string ChosenForVelero = "velero.io/csi-volumesnapshot-class";

    /// <summary>The default's annotation, of VolumeSnapshotClasses and of VolumeGroupSnapshotClasses.</summary>
    private static readonly string[] Defaults =
    [
        "snapshot.storage.kubernetes.io/is-default-class",
        "groupsnapshot.storage.kubernetes.io/is-default-class",
    ];

    private readonly ImmutableArray<SnapshotClass> classes;

    public SnapshotClasses(IEnumerable<JsonObject> classes) => this.classes = [.. classes.Select(SnapshotClass.Of)];

    /// <param name="claim">The PersistentVolumeClaim.</param>
    public ClassChoice For(string driver, JsonObject claim)
    {
        var annotations = claim.Object("metadata").Object("annotations");
        if ((annotations.Text(Chosen) ?? annotations.Text(ChosenForVelero)) is { } named)
            return Named(named, driver);
        var usable = classes.Where(c => c.Driver == driver).ToList();
        return usable.Count switch
        {
            0 => new(null, $"no VolumeSnapshotClass is of its driver {driver}. {Existing()}"),
            1 => new(usable[0].Name, null),
            _ => Preferred(usable, c => c.IsChosen) ?? Preferred(usable, c => c.IsDefault) ?? new(null, Ambiguous(driver, usable)),
        };
    }

    /// <summary>Whether the claim's annotations name a class.</summary>
    public static bool AreChosenBy(JsonObject? claim)
    {
        var annotations = claim.Object("metadata").Object("annotations");
        return (annotations.Text(Chosen) ?? annotations.Text(ChosenForVelero)) is not null;
    }

    /// <summary>Of VolumeGroupSnapshotClasses, by the same order.</summary>
    /// <returns>Null: none is of the driver, or several are and none is preferred.</returns>
    public string? ForGroup(string driver)
    {
        var usable = classes.Where(c => c.Driver == driver).ToList();
        var choice = usable is [var only]
            ? new(only.Name, null)
            : Preferred(usable, c => c.IsChosen) ?? Preferred(usable, c => c.IsDefault);
        return choice?.Name;
    }

    private ClassChoice Named(string name, string driver) =>
        classes.FirstOrDefault(c => c.Name == name) switch
        {
            null => new(null, $"its annotation names the VolumeSnapshotClass {name}, which doesn't exist. {Existing()}"),
            var c when c.Driver != driver => new(
                null,
                $"its annotation names the VolumeSnapshotClass {name}, which is of the driver {c.Driver}, not of {driver}"
            ),
            _ => new(name, null),
        };

    /// <summary>Null: none is preferred, or several are.</summary>
    private static ClassChoice? Preferred(IEnumerable<SnapshotClass> usable, Func<SnapshotClass, bool> preferred) =>
        usable.Where(preferred).ToList() is [var only] ? new(only.Name, null) : null;

    private static string Ambiguous(string driver, IEnumerable<SnapshotClass> usable) =>
        $"several VolumeSnapshotClasses are of its driver {driver}, and none is preferred: {Names(usable)}. Label one of them "
        + $"{Chosen}=true, or name one in the claim's annotation {Chosen}";

    private string Existing() =>
        classes.IsEmpty ? "The cluster has no VolumeSnapshotClass: create one" : $"There are {Names(classes)}: create one for this driver";

    private static string Names(IEnumerable<SnapshotClass> classes) =>
        string.Join(", ", classes.OrderBy(c => c.Name, StringComparer.Ordinal).Take(20).Select(c => $"{c.Name} ({c.Driver})"));

    private sealed record SnapshotClass(string Name, string Driver, bool IsChosen, bool IsDefault)
    {
        public static SnapshotClass Of(JsonObject manifest)
        {
            var metadata = manifest.Object("metadata");
            var labels = metadata.Object("labels");
            return new(
                metadata.Text("name") ?? "",
                manifest.Text("driver") ?? "",
                labels.Text(Chosen) == "true" || labels.Text(ChosenForVelero) == "true",
                Defaults.Any(d => metadata.Object("annotations").Text(d) == "true")
            );
        }
    }
}
