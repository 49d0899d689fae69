using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>Refuses a mapping of storage classes to one that the target doesn't have and that this restore doesn't bring.</summary>
internal static class MappedClasses
{
    public static async Task CheckAsync(PlanningRun run, CancellationToken cancellation)
    {
        if (run.Request.StorageClasses is not { Count: > 0 } map)
            return;
        var live = run.Types.OfKind("storage.k8s.io", "StorageClass") is { } type
            ? await run.Names.NamesAsync(type, null, cancellation)
            : [];
        var brought = run.Draft.Steps.Where(s => s.Step.Resource == KnownTypes.StorageClasses && s.ComesBack).Select(s => s.Step.Name);
        var known = live.Concat(brought).ToHashSet(StringComparer.Ordinal);
        var wrong = map.Where(m => !known.Contains(m.Value)).Select(m => Refusal(m.Key, m.Value, known)).ToList();
        if (wrong.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, string.Join("\n", wrong));
    }

    private static string Refusal(string captured, string mapped, HashSet<string> known)
    {
        var near = NearMatches.Among(mapped, known).ToString();
        var instead = near.Length > 0 || known.Count == 0 ? near : $"; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
        return $"storage class {captured} can't become '{mapped}', which is neither in the target nor in this restore{instead}";
    }
}
