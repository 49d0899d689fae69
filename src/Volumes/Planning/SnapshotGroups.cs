using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Planning;

/// <summary>Claims whose snapshots the storage system cuts at one instant. Serialisable.</summary>
/// <param name="Number">Of the run, from 0.</param>
/// <param name="Class">The VolumeGroupSnapshotClass.</param>
/// <param name="Labels">Those of the namespace's claims that have all of them are the group.</param>
public sealed record PlannedGroup(int Number, string Namespace, string Class, ImmutableSortedDictionary<string, string> Labels);

/// <summary>
/// Finds the claims that can be snapshotted as a group: those of one application and driver, where the labels that they share select them
/// and no other claim of the namespace. The API selects by labels only, and claims aren't changed for a snapshot. Pure.
/// </summary>
internal sealed class SnapshotGroups
{
    private readonly ILookup<string, JsonObject> claims;
    private readonly SnapshotClasses classes;
    private readonly ImmutableArray<PlannedGroup>.Builder groups = ImmutableArray.CreateBuilder<PlannedGroup>();

    /// <param name="claims">All of the cluster, whether or not they are captured.</param>
    /// <param name="classes">The VolumeGroupSnapshotClasses.</param>
    public SnapshotGroups(IEnumerable<JsonObject> claims, SnapshotClasses classes)
    {
        this.claims = claims.ToLookup(c => c.Object("metadata").Text("namespace") ?? "");
        this.classes = classes;
    }

    public ImmutableArray<PlannedGroup> Found => groups.ToImmutable();

    /// <summary>Whether a claim may be part of a group: a class that it names itself is one for single snapshots.</summary>
    public static bool MayJoin(JsonObject? claim) => !SnapshotClasses.AreChosenBy(claim);

    /// <param name="volumes">The volumes that are to be snapshotted, each with its claim.</param>
    /// <returns>The same, with their groups.</returns>
    public IEnumerable<PlannedVolume> Group(IEnumerable<(PlannedVolume Volume, JsonObject? Claim)> volumes)
    {
        foreach (var application in volumes.GroupBy(v => (v.Volume.Application, v.Volume.Record.Driver)))
        {
            var members = application.Where(v => v.Volume.Class is not null && MayJoin(v.Claim)).ToList();
            var group = members.Count > 1 ? Make(application.Key.Driver!, [.. members.Select(m => m.Claim!)]) : null;
            foreach (var (volume, claim) in application)
                yield return group is not null && volume.Class is not null && MayJoin(claim)
                    ? volume with
                    {
                        Group = group.Number,
                    }
                    : volume;
        }
    }

    private PlannedGroup? Make(string driver, List<JsonObject> members)
    {
        if (classes.ForGroup(driver) is not { } chosen || Shared(members) is not { IsEmpty: false } labels)
            return null;
        var ns = members[0].Object("metadata").Text("namespace") ?? "";
        if (claims[ns].Count(c => labels.All(l => LabelsOf(c).Text(l.Key) == l.Value)) != members.Count)
            return null;
        var group = new PlannedGroup(groups.Count, ns, chosen, labels);
        groups.Add(group);
        return group;
    }

    private static ImmutableSortedDictionary<string, string> Shared(List<JsonObject> members) =>
        (LabelsOf(members[0]) ?? [])
            .Select(l => KeyValuePair.Create(l.Key, l.Value?.ToString() ?? ""))
            .Where(l => members.All(m => LabelsOf(m).Text(l.Key) == l.Value))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static JsonObject? LabelsOf(JsonObject claim) => claim.Object("metadata").Object("labels");
}
