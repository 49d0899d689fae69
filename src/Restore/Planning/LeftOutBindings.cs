using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Names the cluster role bindings that accounts of the selected namespaces have in the point, that the selection leaves out, and that
/// the target doesn't have: without them the accounts may do less than before.
/// </summary>
internal static class LeftOutBindings
{
    private const string GroupPrefix = "system:serviceaccounts:";

    public static async Task WarnAsync(PlanningRun run, CancellationToken cancellation)
    {
        // an application brings those of its accounts
        if (run.Filter.Application is not null)
            return;
        if (!run.Filter.HasNamespaces || run.Point.Type(KnownTypes.ClusterRoleBindings) is not { } type)
            return;
        var wanted = await NeededAsync(run, type, cancellation);
        if (wanted.Count == 0 || (run.Types.OfType(type) is { } live && !await RemoveLiveAsync(run, live, wanted, cancellation)))
            return;
        if (wanted.Count > 0)
        {
            var names = string.Join(", ", wanted.Values.Select(w => w.Captured).Order(StringComparer.Ordinal));
            run.Warnings.Add(
                $"cluster role bindings of the selected namespaces' accounts aren't selected, and the target doesn't have them: {names}. "
                    + "Restore each with `--name clusterrolebinding/NAME`, or the accounts have fewer rights than before"
            );
        }
    }

    /// <summary>By the name in the target.</summary>
    private static async Task<Dictionary<string, Needed>> NeededAsync(PlanningRun run, ResourceType type, CancellationToken cancellation)
    {
        var needed = new Dictionary<string, Needed>(StringComparer.Ordinal);
        await foreach (var (_, binding, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(KnownTypes.ClusterRoleBindings), cancellation))
        {
            var captured = binding.Object("metadata").Text("name") ?? "";
            var name = run.NameOf(type.GroupResource, captured);
            var isPlanned = run.Draft.Find(OwnerId.Of(type.ApiVersion, type.Kind, null, name)) is not null;
            if (!isPlanned && Grants(binding, run.Filter.SelectsNamespace, run) is { Count: > 0 } grants)
                needed[name] = new(captured, grants);
        }
        return needed;
    }

    /// <returns>False: the target's bindings can't be seen.</returns>
    private static async Task<bool> RemoveLiveAsync(
        PlanningRun run,
        ApiResource live,
        Dictionary<string, Needed> wanted,
        CancellationToken cancellation
    )
    {
        try
        {
            await foreach (
                var _ in run.Target.List(new(live, null), (in item) => Remove(wanted, ManifestJson.Parse(item.Json)), cancellation)
            ) { }
            return true;
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            return false;
        }
    }

    private static void Remove(Dictionary<string, Needed> wanted, JsonObject live)
    {
        if (
            live.Object("metadata").Text("name") is { } name
            && wanted.TryGetValue(name, out var needed)
            && needed.Grants.IsSubsetOf(Grants(live, _ => true, null))
        )
            wanted.Remove(name);
    }

    /// <param name="run">Of a binding of the point: its namespaces are those of the target then.</param>
    private static HashSet<string> Grants(JsonObject binding, Predicate<string> selects, PlanningRun? run)
    {
        var role = binding.Object("roleRef").Text("name");
        return binding
            .Objects("subjects")
            .Where(s => NamespaceOf(s) is { } ns && selects(ns))
            .Select(s => $"{role} {s.Text("kind")} {run?.NamespaceOf(NamespaceOf(s)) ?? NamespaceOf(s)}/{AccountOf(s)}")
            .ToHashSet(StringComparer.Ordinal);
    }

    private static string? AccountOf(JsonObject subject) => subject.Text("kind") == "ServiceAccount" ? subject.Text("name") : null;

    /// <param name="Captured">The binding's name in the point.</param>
    /// <param name="Grants">What it gives to whom.</param>
    private sealed record Needed(string Captured, HashSet<string> Grants);

    private static string? NamespaceOf(JsonObject subject) =>
        subject.Text("kind") switch
        {
            "ServiceAccount" => subject.Text("namespace"),
            "Group" when subject.Text("name") is { } group && group.StartsWith(GroupPrefix, StringComparison.Ordinal) => group[
                GroupPrefix.Length..
            ],
            _ => null,
        };
}
