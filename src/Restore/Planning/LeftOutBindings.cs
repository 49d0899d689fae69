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
    private const string Bindings = "clusterrolebindings.rbac.authorization.k8s.io";
    private const string GroupPrefix = "system:serviceaccounts:";

    public static async Task WarnAsync(PlanningRun run, CancellationToken cancellation)
    {
        if (!run.Filter.HasNamespaces || run.Point.Type(Bindings) is not { } type)
            return;
        var wanted = await NeededAsync(run, type, cancellation);
        if (wanted.Count == 0 || (run.Types.OfType(type) is { } live && !await RemoveLiveAsync(run, live, wanted, cancellation)))
            return;
        if (wanted.Count > 0)
        {
            var names = string.Join(", ", wanted.Keys.Order(StringComparer.Ordinal));
            run.Warnings.Add(
                $"cluster role bindings of the selected namespaces' accounts aren't selected, and the target doesn't have them: {names}. "
                    + "Restore each with `--name clusterrolebinding/NAME`, or the accounts have fewer rights than before"
            );
        }
    }

    /// <summary>By name, with what the binding gives to whom.</summary>
    private static async Task<Dictionary<string, HashSet<string>>> NeededAsync(
        PlanningRun run,
        ResourceType type,
        CancellationToken cancellation
    )
    {
        var needed = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        await foreach (var (_, binding, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(Bindings), cancellation))
        {
            var name = binding.Object("metadata").Text("name") ?? "";
            var isPlanned = run.Draft.Find(OwnerId.Of(type.ApiVersion, type.Kind, null, name)) is not null;
            if (!isPlanned && Grants(binding, run.Filter.SelectsNamespace) is { Count: > 0 } grants)
                needed[name] = grants;
        }
        return needed;
    }

    /// <returns>False: the target's bindings can't be seen.</returns>
    private static async Task<bool> RemoveLiveAsync(
        PlanningRun run,
        ApiResource live,
        Dictionary<string, HashSet<string>> wanted,
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

    private static void Remove(Dictionary<string, HashSet<string>> wanted, JsonObject live)
    {
        if (
            live.Object("metadata").Text("name") is { } name
            && wanted.TryGetValue(name, out var grants)
            && grants.IsSubsetOf(Grants(live, _ => true))
        )
            wanted.Remove(name);
    }

    private static HashSet<string> Grants(JsonObject binding, Predicate<string> selects)
    {
        var role = binding.Object("roleRef").Text("name");
        var subjects = binding.Objects("subjects").Where(s => NamespaceOf(s) is { } ns && selects(ns));
        return subjects.Select(s => $"{role} {s.Text("kind")} {s.Text("namespace")}/{s.Text("name")}").ToHashSet(StringComparer.Ordinal);
    }

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
