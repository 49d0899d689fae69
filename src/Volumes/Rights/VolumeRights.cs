using System.Collections.Immutable;
using Holdfast.Clusters;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Files;
using Holdfast.Volumes.Hooks;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Rights;

/// <summary>
/// What the credentials need beyond a capture's rights so that volumes are protected, and don't have: snapshots where the cluster serves
/// them (infra/kubernetes/snapshots.yaml), commands in containers where there are hooks (hooks.yaml), Jobs where files are exported
/// (files.yaml).
/// </summary>
public static class VolumeRights
{
    private const string Exec = "pods/exec";

    /// <summary>A websocket begins with a GET; API servers from 1.35 on ask for <c>create</c> too.</summary>
    private static readonly string[] ExecVerbs = ["create", "get"];

    private static readonly IEnumerable<string?> Everywhere = [null];

    /// <summary>Of namespaces whose pods have hooks, how many are asked about.</summary>
    private const int MostNamespaces = 20;

    /// <summary>What snapshots need in a cluster, as verbs on types.</summary>
    internal static IEnumerable<(string Verb, ApiResource Type)> OfSnapshots(ApiSurface surface)
    {
        if (SnapshotApi.Of(surface) is not { } api)
            yield break;
        foreach (var verb in (string[])["create", "delete"])
            yield return (verb, api.Snapshots);
        // created and read: through a content of its own the storage's snapshot of a purged point is deleted
        foreach (var verb in (string[])["create", "delete", "get", "patch"])
            yield return (verb, api.Contents);
        if (GroupApi.Of(surface) is not { } groups)
            yield break;
        // a controller makes the members' VolumeSnapshots, and they are labelled
        yield return ("patch", api.Snapshots);
        foreach (var verb in (string[])["create", "delete"])
            yield return (verb, groups.Groups);
        foreach (var verb in (string[])["delete", "patch"])
            yield return (verb, groups.Contents);
    }

    /// <summary>What Jobs need that export files: in their namespace, and (without one) in the cluster.</summary>
    private static IEnumerable<(string Verb, ApiResource Type, string? Namespace)> OfFiles(string ns)
    {
        foreach (var verb in (string[])["get", "create", "patch", "delete"])
        {
            yield return (verb, MoverTypes.Jobs, ns);
            yield return (verb, MoverTypes.Secrets, ns);
        }
        foreach (var verb in (string[])["get", "create", "delete"])
            yield return (verb, VolumeTypes.Claims, ns);
        foreach (var verb in (string[])["get", "patch"])
            yield return (verb, VolumeTypes.Volumes, null);
    }

    /// <summary>Asks the server; nothing is attempted or changed. Reads all pods to see which have hooks.</summary>
    /// <param name="policyHasHooks">Then commands must be allowed everywhere, else where pods have hooks in annotations.</param>
    /// <param name="moverNamespaces">Where policies export files, the namespaces of their Jobs.</param>
    /// <exception cref="ClusterException">The server doesn't answer access reviews.</exception>
    public static async Task<ImmutableArray<MissingRight>> MissingAsync(
        ClusterConnection connection,
        ApiSurface surface,
        bool policyHasHooks,
        IEnumerable<string> moverNamespaces,
        CancellationToken cancellation
    )
    {
        var review = new PermissionReview(connection);
        var missing = new HashSet<MissingRight>();
        foreach (var (verb, type) in OfSnapshots(surface))
            if (!await review.MayAsync(verb, type.Group, type.Resource, cancellation))
                missing.Add(new(verb, type.GroupResource));
        var namespaces = policyHasHooks ? Everywhere : await HookedAsync(connection, cancellation);
        foreach (var ns in namespaces)
        foreach (var verb in ExecVerbs)
            if (!await review.MayAsync(verb, "", Exec, cancellation, ns))
                missing.Add(new(verb, Exec));
        foreach (var (verb, type, ns) in moverNamespaces.Distinct().SelectMany(ns => OfFiles(ns)))
            if (!await review.MayAsync(verb, type.Group, type.Resource, cancellation, ns))
                missing.Add(new(verb, type.GroupResource));
        return [.. missing.OrderBy(m => m.GroupResource, StringComparer.Ordinal).ThenBy(m => m.Verb, StringComparer.Ordinal)];
    }

    /// <returns>None where pods may not be listed: that itself is a missing right of a capture.</returns>
    private static async Task<IEnumerable<string?>> HookedAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        try
        {
            var plan = await HookPlan.ReadAsync(connection, new(null), [null], _ => true, cancellation);
            return plan.Pods.Select(p => p.Namespace).Distinct().Take(MostNamespaces);
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.Forbidden)
        {
            return [];
        }
    }
}
