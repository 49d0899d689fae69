using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>
/// What a built-in controller makes again from an owner that is restored or present. Objects that custom resources own are always restored:
/// a Certificate's Secret created again is another key.
/// </summary>
internal static class OwnedRules
{
    private static readonly string[] PodOwners = Known(
        "ReplicaSet.apps",
        "ReplicationController.",
        "StatefulSet.apps",
        "DaemonSet.apps",
        "Job.batch"
    );
    private static readonly string[] Deployments = Known("Deployment.apps");
    private static readonly string[] RevisionOwners = Known("StatefulSet.apps", "DaemonSet.apps");

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.CreatedAgain(
            "owned-pod",
            [KnownTypes.Pods],
            "its controller creates it again",
            s => IsMadeBy(s, PodOwners) && OldRevisions.OwnerOf(s) is null
        ),
        Rule.Change(
            "owned-pod-of-old-revision",
            [KnownTypes.Pods],
            "its StatefulSet or DaemonSet would make it again from the present template: it comes back a stage before its owner, "
                + "which adopts it",
            KeepOldPod
        ),
        Rule.CreatedAgain(
            "owned-replicaset",
            [KnownTypes.ReplicaSets],
            "its Deployment creates it again",
            s => IsMadeBy(s, Deployments) && OldRevisions.IsPresent(s)
        ),
        Rule.Skip(
            "owned-old-replicaset",
            [KnownTypes.ReplicaSets],
            "it is an old revision without Pods: the rollout history of its Deployment begins again",
            s => IsMadeBy(s, Deployments) && OldRevisions.IsHistory(s)
        ),
        Rule.Keep(
            "owned-replicaset-of-old-revision",
            [KnownTypes.ReplicaSets],
            "a ReplicaSet with Pods that its Deployment wouldn't make (it is paused, or in the middle of a rollout) is restored"
        ),
        Rule.Skip(
            "owned-controllerrevision",
            [KnownTypes.ControllerRevisions],
            "its StatefulSet or DaemonSet creates it again, or no Pod of a restored one runs it: the rollout history begins again",
            s => IsMadeBy(s, RevisionOwners) && !OldRevisions.IsCurrent(s)
        ),
        Rule.Keep(
            "owned-controllerrevision-in-use",
            [KnownTypes.ControllerRevisions],
            "the revision that a StatefulSet's Pods still run is restored"
        ),
        OfOwner(
            "owned-ephemeral-claim",
            KnownTypes.PersistentVolumeClaims,
            "it is a generic ephemeral volume: it is created again for its Pod, and is empty each time",
            "Pod."
        ),
        OfOwner("owned-resourceclaim", KnownTypes.ResourceClaims, "it is created again for its Pod", "Pod."),
        Rule.CreatedAgain(
            "owned-endpoints",
            [KnownTypes.Endpoints],
            "its Service has a selector: the endpoints are created again, and old ones would lead nowhere",
            IsOfSelector
        ),
        Rule.CreatedAgain(
            "owned-endpointslice",
            [KnownTypes.EndpointSlices],
            "its Service has a selector, or its Endpoints are mirrored: the slice is created again, and an old one would lead nowhere",
            IsMadeSlice
        ),
        Rule.Keep(
            "owned-by-custom",
            ["*"],
            "objects that custom resources own are always restored: their controller would make other ones (another key, another password)"
        ),
    ];

    /// <summary>The owner that controls the object, as <c>Kind.group</c> and name; null when there is none.</summary>
    public static (string Group, string Kind, string Name)? Controller(JsonObject metadata)
    {
        foreach (var owner in metadata.Objects("ownerReferences"))
            if (owner.Flag("controller") && owner.Text("kind") is { } kind && owner.Text("name") is { } name)
                return (ManifestJson.GroupOf(owner.Text("apiVersion")), kind, name);
        return null;
    }

    private static Rule OfOwner(string id, string type, string reason, string owner) =>
        Rule.CreatedAgain(id, [type], reason, s => IsMadeBy(s, [owner]));

    /// <summary>Deployments and the like were served by the group extensions once, and references still say so.</summary>
    private static string[] Known(params string[] owners) =>
        [.. owners, .. owners.Where(o => o.EndsWith(".apps", StringComparison.Ordinal)).Select(o => o[..^4] + "extensions")];

    private static void KeepOldPod(RuleSubject subject)
    {
        if (!IsMadeBy(subject, PodOwners) || OldRevisions.OwnerOf(subject) is not { } owner)
            return;
        subject.Early = true;
        subject.Warn(
            $"runs an older revision of {owner} and comes back so; when it is deleted later, it is created again from the present template"
        );
    }

    private static bool IsMadeBy(RuleSubject subject, string[] owners) =>
        Controller(subject.Metadata) is { } owner
        && owners.Contains($"{owner.Kind}.{owner.Group}", StringComparer.Ordinal)
        && subject.Context.OwnerComesBack();

    private static bool IsOfSelector(RuleSubject subject) =>
        ServiceSelects(subject, subject.Name) ?? subject.Annotation("endpoints.kubernetes.io/last-change-trigger-time") is not null;

    private static bool IsMadeSlice(RuleSubject subject)
    {
        if (
            subject.Label("endpointslice.kubernetes.io/managed-by")
            is "endpointslice-controller.k8s.io"
                or "endpointslicemirroring-controller.k8s.io"
        )
            return true;
        return subject.Label("kubernetes.io/service-name") is { } service
            && Controller(subject.Metadata) is { Kind: "Service", Group: "" }
            && ServiceSelects(subject, service) != false;
    }

    /// <summary>Null: the point doesn't hold the Service.</summary>
    private static bool? ServiceSelects(RuleSubject subject, string service) =>
        subject.Context.InPoint(new(KnownTypes.Services, subject.Namespace, service)) is { } found
            ? found.Object("spec").Object("selector") is { Count: > 0 }
            : null;
}
