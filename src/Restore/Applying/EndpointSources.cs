using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Whether anything in the target may give a Service endpoints: a Pod that its selector matches, or what makes such Pods. Thread-safe.
/// </summary>
internal sealed class EndpointSources(ApplyContext context)
{
    private static readonly (string Group, string Kind)[] PodMakers =
    [
        ("apps", "Deployment"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("apps", "ReplicaSet"),
        ("", "ReplicationController"),
    ];

    /// <returns>True as well where it isn't known.</returns>
    public async Task<bool> AnyAsync(string ns, string service, CancellationToken cancellation)
    {
        if (context.Types.FindKind("", "Service") is not { } type)
            return true;
        var answer = await context.Writer.GetAsync(type, ns, service, cancellation);
        if (answer.Status != WriteStatus.Done)
            return answer.Status != WriteStatus.NotFound;
        // Without a selector its endpoints are made by hand: they are there, or nothing says that they will be.
        if (ManifestJson.Parse(answer.Body.Span).Object("spec").Object("selector") is not { Count: > 0 } selector)
            return false;
        if (await AnyAsync("", "Pod", ns, pod => Matches(selector, pod.Object("metadata").Object("labels")), cancellation))
            return true;
        foreach (var (group, kind) in PodMakers)
            if (await AnyAsync(group, kind, ns, maker => Makes(maker, selector), cancellation))
                return true;
        return false;
    }

    private static bool Makes(JsonObject maker, JsonObject selector) =>
        maker.Object("spec").Number("replicas") != 0
        && Matches(selector, maker.Object("spec").Object("template").Object("metadata").Object("labels"));

    private static bool Matches(JsonObject selector, JsonObject? labels) => selector.All(s => labels.Text(s.Key) == selector.Text(s.Key));

    private async Task<bool> AnyAsync(string group, string kind, string ns, Predicate<JsonObject> match, CancellationToken cancellation)
    {
        if (context.Types.FindKind(group, kind) is not { } type)
            return false;
        var any = false;
        try
        {
            await foreach (
                var _ in new ResourceLister(context.Target).ListAsync(
                    new(type, ns),
                    (in ListedItem item) => any |= match(ManifestJson.Parse(item.Json)),
                    cancellation
                )
            ) { }
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            return e.Failure == ClusterFailure.Forbidden;
        }
        return any;
    }
}
