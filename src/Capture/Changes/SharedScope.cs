using Holdfast.Archive.Format;

namespace Holdfast.Capture.Changes;

/// <summary>What two points of a cluster both cover: only there does a difference mean a change. Pure.</summary>
internal sealed class SharedScope
{
    private readonly Inventory before;
    private readonly Inventory after;
    private readonly HashSet<string> types;

    private SharedScope(Inventory before, Inventory after)
    {
        (this.before, this.after) = (before, after);
        var missing = before
            .Types.Concat(after.Types)
            .Where(t => t.State != TypeState.Captured)
            .Select(t => t.Type.GroupResource)
            .ToHashSet();
        types = before.Types.Concat(after.Types).Select(t => t.Type.GroupResource).Where(t => !missing.Contains(t)).ToHashSet();
    }

    /// <returns>Null: the points can't be compared by what they hold.</returns>
    public static SharedScope? Of(Inventory before, Inventory after) =>
        before.ClusterUid == after.ClusterUid && before.Scope.LabelSelector == after.Scope.LabelSelector ? new(before, after) : null;

    public IEnumerable<Segment> Before => before.Segments.Where(Covers);

    public IEnumerable<Segment> After => after.Segments.Where(Covers);

    private bool Covers(Segment segment) =>
        types.Contains(segment.Resource) && Covers(before.Scope, segment.Namespace) && Covers(after.Scope, segment.Namespace);

    private static bool Covers(CaptureScope scope, string? ns) =>
        ns is null || (!scope.ExcludedNamespaces.Contains(ns) && (scope.Namespaces.IsEmpty || scope.Namespaces.Contains(ns)));
}
