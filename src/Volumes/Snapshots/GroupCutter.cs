using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Has groups of snapshots cut, and finds the VolumeSnapshot that the controller makes for each member. A member is shown only once its
/// group is secured, so that a secured member stays whatever becomes of the group. For one attempt.
/// </summary>
internal sealed class GroupCutter(GroupObjects groups, SnapshotObjects snapshots, ImmutableArray<PlannedGroup> planned)
{
    private readonly HashSet<int> refused = [];
    private readonly HashSet<int> secured = [];
    private readonly HashSet<string> labelled = [];
    private readonly Dictionary<int, string> problems = [];

    /// <summary>Whether a volume is cut with its group. One whose group may not be created is cut alone.</summary>
    public bool Takes(PlannedVolume volume) => volume.Group is { } group && !refused.Contains(group);

    public async Task CreateAsync(IEnumerable<PlannedVolume> volumes, CancellationToken cancellation)
    {
        foreach (var group in GroupsOf(volumes))
            if (await groups.CreateAsync(group, cancellation) is not null)
                refused.Add(group.Number);
    }

    /// <summary>Why the snapshot of a volume can't be secured; null: it can, or isn't cut yet.</summary>
    public string? ProblemOf(PlannedVolume volume) => volume.Group is { } group ? problems.GetValueOrDefault(group) : null;

    /// <returns>
    /// By the volume's number: its VolumeSnapshot, or as long as there is none its VolumeGroupSnapshot, which says what went wrong.
    /// </returns>
    /// <exception cref="Clusters.ClusterException">They can't be listed.</exception>
    public async Task<Dictionary<int, JsonObject>> LookAsync(IReadOnlyCollection<PlannedVolume> volumes, CancellationToken cancellation)
    {
        var seen = new Dictionary<int, JsonObject>();
        foreach (var ns in GroupsOf(volumes.Where(Takes)).GroupBy(g => g.Namespace))
        {
            var live = await groups.GroupsAsync(ns.Key, cancellation);
            foreach (var group in ns)
                await SecureAsync(group, live.GetValueOrDefault(groups.NameOf(group.Number)), cancellation);
            var members = ns.Any(g => secured.Contains(g.Number)) ? await snapshots.AllSnapshotsAsync(ns.Key, cancellation) : [];
            foreach (var volume in volumes.Where(v => Takes(v) && v.Record.Namespace == ns.Key))
                if (live.GetValueOrDefault(groups.NameOf(volume.Group!.Value)) is { } its)
                    seen[volume.Number!.Value] = await MemberAsync(volume, its, members, cancellation) ?? its;
        }
        return seen;
    }

    private async Task SecureAsync(PlannedGroup group, JsonObject? live, CancellationToken cancellation)
    {
        if (secured.Contains(group.Number) || live.Object("status").Text("creationTime") is null)
            return;
        if (GroupObjects.ContentOf(live) is not { } content)
            return;
        if (await groups.SecureAsync(content, cancellation) is { } problem)
            problems[group.Number] = problem;
        else
            secured.Add(group.Number);
    }

    /// <returns>With the run's labels, so that no capture takes it; null: there is none yet.</returns>
    private async Task<JsonObject?> MemberAsync(
        PlannedVolume volume,
        JsonObject group,
        List<JsonObject> members,
        CancellationToken cancellation
    )
    {
        var found = members.Find(m =>
            m.Object("spec").Object("source").Text("persistentVolumeClaimName") == volume.Record.Claim && IsMember(m, group)
        );
        if (found is null || !secured.Contains(volume.Group!.Value))
            return null;
        var name = found.Object("metadata").Text("name")!;
        if (!labelled.Contains(name) && await snapshots.LabelAsync(volume.Record.Namespace!, name, cancellation) is null)
            labelled.Add(name);
        return found;
    }

    /// <summary>By its owner, or by its status where a version of the controller sets none.</summary>
    private static bool IsMember(JsonObject snapshot, JsonObject group)
    {
        var metadata = group.Object("metadata");
        return snapshot.Object("metadata").Objects("ownerReferences").Any(o => o.Text("uid") == metadata.Text("uid"))
            || snapshot.Object("status").Text("volumeGroupSnapshotName") == metadata.Text("name");
    }

    private IEnumerable<PlannedGroup> GroupsOf(IEnumerable<PlannedVolume> volumes) =>
        volumes.Select(v => v.Group).OfType<int>().Distinct().Select(g => planned[g]);
}
