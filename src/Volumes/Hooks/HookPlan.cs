using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Hooks;

/// <summary>The hooks to run around one cut, in order. Immutable.</summary>
public sealed class HookPlan
{
    private static readonly ApiResource PodType = new("", "v1", KnownTypes.Pods, "Pod", true, ["list"]);

    private HookPlan(ImmutableArray<PodHooks> pods) => Pods = pods;

    /// <summary>In the order of pre hooks: by order, namespace and name. Post hooks run in the reverse order of pods.</summary>
    public ImmutableArray<PodHooks> Pods { get; }

    /// <summary>Whatever the order in which the pods come.</summary>
    public static HookPlan Of(IEnumerable<PodHooks> pods) =>
        new([.. pods.OrderBy(p => p.Order).ThenBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Pod, StringComparer.Ordinal)]);

    /// <summary>Reads the hooks of running pods. Memory is that of the pods that have any.</summary>
    /// <param name="namespaces">Where pods are looked for; null: everywhere.</param>
    /// <param name="isInScope">Asked about each pod.</param>
    /// <exception cref="ClusterException">As for lists; <c>list</c> on pods is needed.</exception>
    public static async Task<HookPlan> ReadAsync(
        ClusterConnection connection,
        HookRules rules,
        IEnumerable<string?> namespaces,
        Predicate<HookPod> isInScope,
        CancellationToken cancellation
    )
    {
        var found = new List<PodHooks>();
        foreach (var ns in namespaces)
            found.AddRange(await ReadAsync(connection, rules, ns, isInScope, cancellation));
        return Of(found);
    }

    private static async Task<List<PodHooks>> ReadAsync(
        ClusterConnection connection,
        HookRules rules,
        string? ns,
        Predicate<HookPod> isInScope,
        CancellationToken cancellation
    )
    {
        var found = new List<PodHooks>();
        var request = new ListRequest(PodType, ns);
        await FreshList.ReadAsync(
            new ResourceLister(connection),
            request,
            found.Clear,
            (in ListedItem item) =>
            {
                if (Parse(item) is { } pod && isInScope(pod) && rules.For(pod) is { } hooks)
                    found.Add(hooks);
            },
            cancellation
        );
        return found;
    }

    /// <summary>A pod that is too large or too deep to be read has no hooks that could be read.</summary>
    private static HookPod? Parse(in ListedItem item)
    {
        try
        {
            return item.IsTooLarge || item.IsTooDeep ? null : HookPod.Parse(item.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
