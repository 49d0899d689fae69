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
            foreach (
                var ofType in keys.GroupBy(k => k.Key.GroupResource, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            )
                if (run.Point.Type(ofType.Key) is { } type)
                    await PlanTypeAsync(run, type, Missing(run, type, ofType), cancellation);
    }

    /// <summary>By name: why each comes.</summary>
    private static Dictionary<string, string> Missing(
        PlanningRun run,
        ResourceType type,
        IEnumerable<(ObjectKey Key, string Because)> keys
    ) =>
        keys.Where(k => run.Draft.Find(OwnerId.Of(type.ApiVersion, type.Kind, null, run.NameOf(type.GroupResource, k.Key.Name))) is null)
            .ToDictionary(k => k.Key.Name, k => k.Because, StringComparer.Ordinal);

    private static async Task PlanTypeAsync(
        PlanningRun run,
        ResourceType type,
        Dictionary<string, string> names,
        CancellationToken cancellation
    )
    {
        if (names.Count == 0)
            return;
        var planner = new TypePlanner(run, type, await run.PlaceAsync(type, cancellation));
        await run.Facts.LoadForAsync(type.GroupResource, null, cancellation);
        await foreach (var parsed in run.Point.ReadParsedAsync(run.Point.SegmentsOf(type.GroupResource), cancellation))
        {
            if (parsed.Manifest.Object("metadata").Text("name") is { } name && names.Remove(name, out var because))
                await planner.PlanRelatedAsync(parsed, because, cancellation);
            if (names.Count == 0)
                return;
        }
    }
}
