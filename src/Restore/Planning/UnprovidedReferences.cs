using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Relations;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Finds what written objects refer to, and what neither this restore nor the target has: a warning for each such object, with those that
/// refer to it. References that are optional don't count.
/// </summary>
internal sealed class UnprovidedReferences(PlanningRun run)
{
    private const int HeldAtMost = 10_000;
    private const int ListsAtMost = 100;
    private const int WarningsAtMost = 50;
    private const int Named = 3;

    private static readonly string[] BuiltInRoles = ["cluster-admin", "admin", "edit", "view"];

    private readonly Dictionary<ObjectKey, Referrers> open = [];
    private int notLookedUp;

    /// <param name="body">As it will be written.</param>
    public void Look(ResourceType type, PlannedSubject subject, JsonObject body)
    {
        foreach (var (relation, reference) in RelationTable.NamesOf(new(body, type, run.Point.OfKind)))
        {
            if (relation.Brings is null || relation.IsCheckedElsewhere || reference.IsOptional)
                continue;
            if (IsAlwaysThere(reference.Key) || IsPlanned(reference.Key))
                continue;
            if (!open.TryGetValue(reference.Key, out var referrers))
            {
                if (open.Count == HeldAtMost)
                {
                    notLookedUp++;
                    continue;
                }
                open[reference.Key] = referrers = new();
            }
            referrers.Add(relation, type.Kind, subject);
        }
    }

    /// <summary>Once all steps are known.</summary>
    public async Task WarnAsync(CancellationToken cancellation)
    {
        var lists = 0;
        var missing = new List<string>();
        var groups = open.Where(o => !IsPlanned(o.Key))
            .GroupBy(o => (o.Key.GroupResource, o.Key.Namespace))
            .OrderBy(g => g.Key.GroupResource, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Namespace, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var names = HashSetOf(null);
            if (IsListed(group.Key.GroupResource, group.Key.Namespace) is { } type)
            {
                if (++lists > ListsAtMost)
                {
                    notLookedUp += group.Count();
                    continue;
                }
                if (await run.Names.IsHiddenAsync(type, group.Key.Namespace, cancellation))
                {
                    run.Warnings.Add(
                        $"the target doesn't let {group.Key.GroupResource}{In(group.Key.Namespace)} be listed: whether it has what "
                            + "restored objects refer to isn't known"
                    );
                    continue;
                }
                names = HashSetOf(await run.Names.NamesAsync(type, group.Key.Namespace, cancellation));
            }
            missing.AddRange(
                group
                    .Where(o => !names.Contains(o.Key.Name))
                    .OrderBy(o => o.Key.Name, StringComparer.Ordinal)
                    .Select(o => $"{o.Key} is neither in this restore nor in the target: {o.Value}")
            );
        }
        foreach (var warning in missing.Take(WarningsAtMost))
            run.Warnings.Add(warning);
        if (missing.Count > WarningsAtMost)
            run.Warnings.Add($"{Count(missing.Count - WarningsAtMost)} more that restored objects refer to are missing in the same way");
        if (notLookedUp > 0)
            run.Warnings.Add($"{Count(notLookedUp)} more references weren't looked up: too many aren't in this restore");
    }

    /// <summary>The served type, where its objects in the namespace are those that the restored ones will find.</summary>
    private Clusters.Discovering.ApiResource? IsListed(string groupResource, string? ns) =>
        ns is not null && (!run.Namespaces.Has(ns) || run.Namespaces.IsTerminating(ns)) ? null : run.Types.OfResource(groupResource);

    private bool IsPlanned(ObjectKey key) =>
        run.Point.Type(key.GroupResource) is { } type
        && run.Draft.Find(OwnerId.Of(type.ApiVersion, type.Kind, key.Namespace, key.Name)) is { ComesBack: true };

    /// <summary>Each cluster, or each namespace, makes it.</summary>
    private static bool IsAlwaysThere(ObjectKey key) =>
        key.GroupResource switch
        {
            KnownTypes.ConfigMaps => key.Name == "kube-root-ca.crt",
            KnownTypes.ServiceAccounts => key.Name == "default",
            KnownTypes.PriorityClasses => key.Name.StartsWith("system-", StringComparison.Ordinal),
            KnownTypes.ClusterRoles => BuiltInRoles.Contains(key.Name) || key.Name.StartsWith("system:", StringComparison.Ordinal),
            _ => false,
        };

    private static HashSet<string> HashSetOf(IEnumerable<string>? names) => new(names ?? [], StringComparer.Ordinal);

    private static string In(string? ns) => ns is null ? "" : $" in {ns}";

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Those that refer to one object, the first of them by name.</summary>
    private sealed class Referrers
    {
        private readonly List<string> first = [];
        private int count;

        public void Add(Relation relation, string kind, PlannedSubject subject)
        {
            count++;
            if (first.Count < Named)
                first.Add(relation.Because(Described.Object(kind, subject.Namespace, subject.Name)));
        }

        public override string ToString() =>
            string.Join(", ", first.Distinct()) + (count > first.Count ? $", and {Count(count - first.Count)} more" : "");
    }
}
