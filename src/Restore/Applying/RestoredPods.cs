using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <param name="Expected">How many there will be; null: not known yet.</param>
/// <param name="Gone">Why there will be none of the step's any more; null: there will.</param>
internal sealed record FoundPods(IReadOnlyList<RestoredPod> Pods, int? Expected, string? Gone = null);

/// <summary>Finds the Pods that come of a restored object. Thread-safe.</summary>
internal sealed class RestoredPods(ApplyContext context)
{
    /// <exception cref="Holdfast.Clusters.ClusterException">Pods can't be listed.</exception>
    public async Task<FoundPods> FindAsync(RestoreStep step, string? uid, ApiResource type, CancellationToken cancellation)
    {
        var answer = await context.Writer.GetAsync(type, step.Namespace, step.Name, cancellation);
        if (answer.Status == WriteStatus.NotFound)
            return new([], 0, "it was deleted since it was restored");
        if (answer.Status != WriteStatus.Done)
            return new([], null);
        var live = ManifestJson.Parse(answer.Body.Span);
        if (live.Uid() != uid)
            return new([], 0, "another object has taken its place since it was restored");
        return step.Resource == KnownTypes.Pods ? new([new(live)], 1) : await OfWorkloadAsync(step, live, cancellation);
    }

    private async Task<FoundPods> OfWorkloadAsync(RestoreStep step, JsonObject live, CancellationToken cancellation)
    {
        var pods = new List<RestoredPod>();
        var isDeployment = step.Resource == KnownTypes.Deployments;
        if (context.Types.FindKind("", "Pod") is not { } type || Selector(live.Object("spec")) is not { Length: > 0 } selector)
            return new(pods, null);
        await foreach (
            var _ in new ResourceLister(context.Target).ListAsync(
                new(type, step.Namespace) { LabelSelector = selector },
                (in ListedItem item) =>
                {
                    if (new RestoredPod(ManifestJson.Parse(item.Json)) is { IsGoing: false } pod && pod.IsOf(live, isDeployment))
                        pods.Add(pod);
                },
                cancellation
            )
        ) { }
        return new([.. pods.OrderBy(p => p.Name, StringComparer.Ordinal)], Expected(step.Resource, live));
    }

    private static int? Expected(string groupResource, JsonObject live) =>
        groupResource switch
        {
            KnownTypes.DaemonSets => live.Object("status").Number("observedGeneration") is null
                ? null
                : live.Object("status").Number("desiredNumberScheduled"),
            KnownTypes.Jobs => live.Object("spec").Flag("suspend") ? 0 : live.Object("spec").Number("parallelism") ?? 1,
            _ => live.Object("spec").Number("replicas") ?? 1,
        };

    /// <summary>As a query has it.</summary>
    private static string Selector(JsonObject? spec)
    {
        var selector = spec.Object("selector");
        var labels =
            selector?.ContainsKey("matchLabels") == true || selector?.ContainsKey("matchExpressions") == true
                ? selector.Object("matchLabels")
                : selector;
        var equal = (labels ?? []).Select(l => $"{l.Key}={labels.Text(l.Key)}");
        return string.Join(',', equal.Concat(selector.Objects("matchExpressions").Select(Expression)));
    }

    private static string Expression(JsonObject expression)
    {
        var (key, values) = (expression.Text("key"), string.Join(',', expression.Array("values")?.Select(v => v?.ToString()) ?? []));
        return expression.Text("operator") switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "Exists" => $"{key}",
            _ => $"!{key}",
        };
    }
}
