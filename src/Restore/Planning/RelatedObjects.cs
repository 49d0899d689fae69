using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Plans what the selected objects need and the selection leaves out: namespaces, CRDs, volumes, classes, roles; and what these need in
/// turn.
/// </summary>
internal static class RelatedObjects
{
    public static async Task PlanAsync(PlanningRun run, CancellationToken cancellation)
    {
        while (run.Related.Take() is { Count: > 0 } keys)
            foreach (var ofType in keys.GroupBy(k => k.GroupResource, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
                if (run.Point.Type(ofType.Key) is { } type)
                    await PlanTypeAsync(run, type, Missing(run, type, ofType), cancellation);
    }

    private static HashSet<string> Missing(PlanningRun run, ResourceType type, IEnumerable<ObjectKey> keys) =>
        keys.Select(k => k.Name)
            .Where(n => run.Draft.Find(OwnerId.Of(type.ApiVersion, type.Kind, null, run.NameOf(type.GroupResource, n))) is null)
            .ToHashSet(StringComparer.Ordinal);

    private static async Task PlanTypeAsync(PlanningRun run, ResourceType type, HashSet<string> names, CancellationToken cancellation)
    {
        if (names.Count == 0)
            return;
        var planner = new TypePlanner(run, type, await run.PlaceAsync(type, cancellation));
        await run.Facts.LoadForAsync(type.GroupResource, null, cancellation);
        await foreach (var parsed in run.Point.ReadParsedAsync(run.Point.SegmentsOf(type.GroupResource), cancellation))
        {
            if (parsed.Manifest.Object("metadata").Text("name") is { } name && names.Remove(name))
                await planner.PlanRelatedAsync(parsed, cancellation);
            if (names.Count == 0)
                return;
        }
    }
}
