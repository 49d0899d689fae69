using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>
/// What a built-in controller makes again from an owner that is restored or present. Objects that custom resources own are always restored: a Certificate's Secret made again is another key.
/// </summary>
internal static class OwnedRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        MadeAgain("owned-pod", "pods", "its controller makes it again", "ReplicaSet.apps", "ReplicationController.", "StatefulSet.apps", "DaemonSet.apps", "Job.batch"),
        MadeAgain("owned-replicaset", "replicasets.apps", "its Deployment makes it again", "Deployment.apps"),
        MadeAgain("owned-controllerrevision", "controllerrevisions.apps", "its StatefulSet or DaemonSet makes it again", "StatefulSet.apps", "DaemonSet.apps"),
        MadeAgain("owned-ephemeral-claim", "persistentvolumeclaims", "it is a generic ephemeral volume: it is made again for its Pod, and is empty each time", "Pod."),
        MadeAgain("owned-resourceclaim", "resourceclaims.resource.k8s.io", "it is made again for its Pod", "Pod."),
        Rule.Skip("owned-endpoints", ["endpoints"], "its Service has a selector: the endpoints are made again, and old ones would lead nowhere", IsOfSelector),
        Rule.Skip(
            "owned-endpointslice", ["endpointslices.discovery.k8s.io"],
            "its Service has a selector, or its Endpoints are mirrored: the slice is made again, and an old one would lead nowhere",
            IsMadeSlice),
        Rule.Keep(
            "owned-by-custom", ["*"],
            "objects that custom resources own are always restored: their controller would make other ones (another key, another password)"),
    ];


    /// <summary>The owner that controls the object, as <c>Kind.group</c> and name; null when there is none.</summary>
    public static (string Group, string Kind, string Name)? Controller(JsonObject metadata)
    {
        foreach (var owner in metadata.Objects("ownerReferences"))
            if (owner.Flag("controller") && owner.Text("kind") is { } kind && owner.Text("name") is { } name)
                return (ManifestJson.GroupOf(owner.Text("apiVersion")), kind, name);
        return null;
    }

    private static Rule MadeAgain(string id, string type, string reason, params string[] owners)
    {
        // Deployments and the like were served by the group extensions once, and references still say so.
        var known = owners.Concat(owners.Where(o => o.EndsWith(".apps", StringComparison.Ordinal)).Select(o => o[..^4] + "extensions")).ToArray();
        return Rule.Skip(id, [type], reason, s => IsMadeBy(s, known));
    }

    private static bool IsMadeBy(RuleSubject subject, string[] owners) =>
        Controller(subject.Metadata) is { } owner
        && owners.Contains($"{owner.Kind}.{owner.Group}", StringComparer.Ordinal)
        && subject.Context.OwnerComesBack(owner.Group, owner.Kind, subject.Namespace, owner.Name);

    private static bool IsOfSelector(RuleSubject subject) => ServiceSelects(subject, subject.Name) ?? subject.Annotation("endpoints.kubernetes.io/last-change-trigger-time") is not null;

    private static bool IsMadeSlice(RuleSubject subject)
    {
        if (subject.Label("endpointslice.kubernetes.io/managed-by") is "endpointslice-controller.k8s.io" or "endpointslicemirroring-controller.k8s.io")
            return true;
        return subject.Label("kubernetes.io/service-name") is { } service && Controller(subject.Metadata) is { Kind: "Service", Group: "" } && ServiceSelects(subject, service) != false;
    }

    /// <summary>Null: the point doesn't hold the Service.</summary>
    private static bool? ServiceSelects(RuleSubject subject, string service) =>
        subject.Context.InPoint(new("services", subject.Namespace, service)) is { } found ? found.Object("spec").Object("selector") is { Count: > 0 } : null;
}
