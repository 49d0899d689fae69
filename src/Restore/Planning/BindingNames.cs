using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Under which names cluster role bindings of mapped namespaces come back. One that the target has for the captured namespace, or for
/// anything else, stays as it is: the mapped one gets the namespace added to its name.
/// </summary>
internal sealed class BindingNames
{
    private readonly Dictionary<string, string> renamed = new(StringComparer.Ordinal);

    public string NameOf(string captured) => renamed.GetValueOrDefault(captured) ?? captured;

    public static async Task<BindingNames> LoadAsync(PlanningRun run, CancellationToken cancellation)
    {
        var names = new BindingNames();
        if (run.Request.NamespaceMapping is not { } map || run.Point.Type(KnownTypes.ClusterRoleBindings) is not { } type)
            return names;
        var captured = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        await foreach (var (_, binding, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(type.GroupResource), cancellation))
            captured[NameOf(binding)] = binding;
        var live = await LiveAsync(run, type, cancellation);
        foreach (var (name, binding) in captured)
            if (NamespaceReferences.Subjects.Map(map, type.GroupResource, binding) && live.TryGetValue(name, out var present))
                if (!SameSubjects(binding, present))
                    names.renamed[name] = NamespaceMap.Beside(name, Namespace(binding, map), captured.ContainsKey);
        return names;
    }

    private static string NameOf(JsonObject binding) => binding.Object("metadata").Text("name") ?? "";

    /// <summary>The first that a subject was mapped to.</summary>
    private static string Namespace(JsonObject binding, ImmutableSortedDictionary<string, string> map) =>
        binding.Objects("subjects").SelectMany(s => $"{s.Text("namespace")}:{s.Text("name")}".Split(':')).First(map.ContainsValue);

    private static bool SameSubjects(JsonObject a, JsonObject b) => Subjects(a).SetEquals(Subjects(b));

    private static HashSet<string> Subjects(JsonObject binding) =>
        binding
            .Objects("subjects")
            .Select(s => $"{s.Text("kind")} {s.Text("namespace")}/{s.Text("name")}")
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>What may not be listed can't be restored either, and planning says so.</summary>
    private static async Task<Dictionary<string, JsonObject>> LiveAsync(
        PlanningRun run,
        Archive.Format.ResourceType type,
        CancellationToken cancellation
    )
    {
        var live = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (run.Types.OfType(type) is not { } served)
            return live;
        try
        {
            await foreach (var _ in run.Target.List(new(served, null), (in item) => Add(ManifestJson.Parse(item.Json)), cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound) { }
        return live;

        void Add(JsonObject binding) => live[NameOf(binding)] = binding;
    }
}
