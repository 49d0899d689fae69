using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Refuses a mapping of storage or priority classes to one that the target doesn't have and that this restore doesn't bring.
/// </summary>
internal static class MappedClasses
{
    public static async Task CheckAsync(PlanningRun run, CancellationToken cancellation)
    {
        var storage = run.Request.StorageClasses?.Select(m => (m.Key, m.Value)) ?? [];
        var priority = run.Mappings.Mappings.All.Where(m => m.Kind == MappingKind.PriorityClass).Select(m => (m.Old, m.New));
        List<string> wrong =
        [
            .. await WrongAsync(run, "storage.k8s.io", "StorageClass", KnownTypes.StorageClasses, "storage class", storage, cancellation),
            .. await WrongAsync(
                run,
                "scheduling.k8s.io",
                "PriorityClass",
                KnownTypes.PriorityClasses,
                "priority class",
                priority,
                cancellation
            ),
        ];
        if (wrong.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, string.Join("\n", wrong));
    }

    private static async Task<IEnumerable<string>> WrongAsync(
        PlanningRun run,
        string group,
        string kind,
        string groupResource,
        string what,
        IEnumerable<(string Captured, string Mapped)> map,
        CancellationToken cancellation
    )
    {
        var mapped = map.ToList();
        if (mapped.Count == 0)
            return [];
        var live = run.Types.OfKind(group, kind) is { } type ? await run.Names.NamesAsync(type, null, cancellation) : [];
        var brought = run.Draft.Steps.Where(s => s.Step.Resource == groupResource && s.ComesBack).Select(s => s.Step.Name);
        var known = live.Concat(brought).ToHashSet(StringComparer.Ordinal);
        return mapped.Where(m => !known.Contains(m.Mapped)).Select(m => Refusal(what, m.Captured, m.Mapped, known)).ToList();
    }

    private static string Refusal(string what, string captured, string mapped, HashSet<string> known)
    {
        var near = NearMatches.Among(mapped, known).ToString();
        var instead = near.Length > 0 || known.Count == 0 ? near : $"; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
        return $"{what} {captured} can't become '{mapped}', which is neither in the target nor in this restore{instead}";
    }
}
