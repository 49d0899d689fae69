using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Sealing;

/// <summary>
/// Makes a plan and the results of its units an inventory. Pure: the same results, in whatever order, give the same inventory.
/// </summary>
internal static class InventoryMerge
{
    /// <exception cref="InvalidOperationException">Something that was planned has no result: the caller seals too early.</exception>
    public static Inventory Merge(CapturePlan plan, IEnumerable<UnitResult> results, PointVolumes volumes)
    {
        var slices = SliceMerge.Whole(results);
        RequireAll(plan, slices);
        var byType = slices.ToLookup(s => s.Resource);
        var types = plan.Types.Select(t => Entry(t, plan, byType[t.Type.GroupResource])).ToImmutableArray();
        return new()
        {
            Cluster = plan.Cluster,
            ClusterUid = plan.ClusterUid,
            ServerVersion = plan.ServerVersion,
            PinnedAt = plan.PinnedAt,
            Revision = plan.Revision,
            Scope = plan.Request.Scope,
            Types = types,
            Segments =
            [
                .. slices
                    .SelectMany(s => Segments(s, plan))
                    .OrderBy(s => s.Resource, StringComparer.Ordinal)
                    .ThenBy(s => s.Namespace, StringComparer.Ordinal),
            ],
            Gaps = [.. plan.Gaps, .. Gaps(plan, byType), .. volumes.Gaps],
            Volumes = volumes.Volumes.IsEmpty ? null : volumes.Volumes,
            Policy = plan.Request.Policy,
            Registration = plan.Request.Registration,
        };
    }

    /// <summary>The complete segments of a slice, as the inventory lists them.</summary>
    public static IEnumerable<Segment> Segments(SliceResult slice, CapturePlan plan) =>
        from segment in slice.Segments
        where segment is { Fingerprint: not null, Objects: > 0 }
        select new Segment
        {
            Resource = slice.Resource,
            Namespace = segment.Namespace,
            Revision = slice.Revision ?? plan.Revision,
            Objects = segment.Objects,
            Fingerprint = segment.Fingerprint!.Value,
            Parts = segment.Parts,
        };

    private static void RequireAll(CapturePlan plan, ImmutableArray<SliceResult> slices)
    {
        var done = slices.Select(s => (s.Resource, s.Namespace)).ToHashSet();
        var missing = plan.Units.SelectMany(u => u.Slices).FirstOrDefault(s => !done.Contains((s.Resource, s.Namespace)));
        if (missing is not null || slices.Any(s => s.State is SliceState.Open))
            throw new InvalidOperationException(
                $"not everything that was planned has been exported, {missing?.Resource ?? "an open unit"} for one: export all units "
                    + "before sealing"
            );
    }

    private static TypeEntry Entry(PlannedType type, CapturePlan plan, IEnumerable<SliceResult> slices)
    {
        if (type.State is not TypeState.Captured)
            return new()
            {
                Type = type.Type,
                State = type.State,
                Rule = type.Rule,
                Error = type.Error,
            };
        var all = slices.ToArray();
        var segments = all.SelectMany(s => Segments(s, plan)).ToArray();
        var failed = Array.Find(all, s => s.State is not SliceState.Done);
        return new()
        {
            Type = type.Type,
            State = failed is null ? TypeState.Captured : TypeState.Failed,
            Error = failed is null ? null : Reason(failed),
            Revision = all.Select(s => s.Revision).Where(r => r != plan.Revision).Min() ?? type.Revision,
            OwnStore = type.OwnStore,
            Objects = segments.Sum(s => s.Objects),
            ObjectsExcluded = all.Sum(s => s.ObjectsExcluded),
            RawBytes = segments.Sum(s => s.Parts.Sum(p => p.RawBytes)),
        };
    }

    private static IEnumerable<Gap> Gaps(CapturePlan plan, ILookup<string, SliceResult> slices)
    {
        foreach (var type in plan.Types)
        {
            if (type.State is TypeState.Failed)
                yield return new(type.Type.Resource == "*" ? type.Type.ApiVersion : type.Type.GroupResource, null, type.Error!);
            foreach (var slice in slices[type.Type.GroupResource].OrderBy(s => s.Namespace, StringComparer.Ordinal))
            {
                foreach (var missed in slice.Missed)
                    yield return new(slice.Resource, missed.Namespace ?? slice.Namespace, missed.Reason);
                if (slice.State is not SliceState.Done)
                    yield return new(slice.Resource, slice.Namespace, Reason(slice));
                else if (slice.Revision is { } own && own != plan.Revision && !type.OwnStore)
                    yield return new(slice.Resource, slice.Namespace, Behind(own, plan));
            }
        }
    }

    private static string Reason(SliceResult slice) =>
        slice.Error
        ?? "the server compacted the revision during every attempt to read it; capture again, or raise the API server's "
            + "--etcd-compaction-interval";

    private static string Behind(Revision own, CapturePlan plan) =>
        $"read at revision {own} instead of the point's {plan.Revision}: the server compacted the pinned revision in each of "
        + $"{plan.Round} attempts. Capture again when the cluster is quieter, or raise the API server's --etcd-compaction-interval.";
}
