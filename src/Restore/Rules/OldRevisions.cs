using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>
/// What a Deployment, StatefulSet or DaemonSet that is newly created would not make again as it was: it makes the present template only,
/// and a paused Deployment makes nothing. An owner that is in the target already has its own history, which is left to it. Facts about
/// owners are those of the point.
/// </summary>
internal static class OldRevisions
{
    private const string RevisionNumber = "deployment.kubernetes.io/revision";
    private const string TemplateHash = "pod-template-hash";
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <summary>
    /// The owner of a Pod that runs another revision than the owner's present one, as <c>KIND NAME</c>; null: the owner makes the Pod
    /// again as it was.
    /// </summary>
    public static string? OwnerOf(RuleSubject pod)
    {
        if (!pod.Context.OwnerIsCreated() || OwnedRules.Controller(pod.Metadata) is not { } owner)
            return null;
        var old = owner.Kind switch
        {
            "StatefulSet" => IsOld(
                pod.Label("controller-revision-hash"),
                Owner(pod, KnownTypes.StatefulSets, owner.Name).Object("status").Text("updateRevision")
            ),
            "DaemonSet" => IsOld(
                pod.Label("pod-template-generation"),
                Owner(pod, KnownTypes.DaemonSets, owner.Name).Object("metadata").Object("annotations").Text(TemplateGeneration)
            ),
            _ => false,
        };
        return old ? $"{owner.Kind} {owner.Name}" : null;
    }

    /// <summary>The ReplicaSet is the one that its Deployment makes, or its Deployment is there and sees to it.</summary>
    public static bool IsPresent(RuleSubject set) =>
        DeploymentOf(set) is not { } deployment || (!IsPaused(set, deployment) && IsOfTemplate(set, deployment));

    /// <summary>No Pod is lost with the ReplicaSet.</summary>
    public static bool IsHistory(RuleSubject set) => set.Spec.Number("replicas") == 0 || IsLater(set, DeploymentOf(set));

    /// <summary>The ControllerRevision is the one that a StatefulSet's Pods ran before an update that isn't done.</summary>
    public static bool IsCurrent(RuleSubject revision) =>
        revision.Context.OwnerIsCreated()
        && OwnedRules.Controller(revision.Metadata) is { Kind: "StatefulSet" } owner
        && Owner(revision, KnownTypes.StatefulSets, owner.Name).Object("status") is { } status
        && status.Text("currentRevision") == revision.Name
        && status.Text("updateRevision") != revision.Name;

    private static bool IsOld(string? runs, string? present) => runs is not null && present is not null && runs != present;

    private static JsonObject? Owner(RuleSubject subject, string type, string name) =>
        subject.Context.InPoint(new(type, subject.Namespace, name));

    private static JsonObject? DeploymentOf(RuleSubject set) =>
        set.Context.OwnerIsCreated() && OwnedRules.Controller(set.Metadata) is { } owner
            ? Owner(set, KnownTypes.Deployments, owner.Name)
            : null;

    private static bool IsPaused(RuleSubject set, JsonObject deployment) =>
        deployment.Object("spec").Flag("paused") && set.Spec.Number("replicas") != 0;

    private static bool IsOfTemplate(RuleSubject set, JsonObject deployment) =>
        set.Spec.Object("template") is not { } template
        || JsonNode.DeepEquals(Comparable(template), Comparable(deployment.Object("spec").Object("template")));

    private static JsonObject? Comparable(JsonObject? template)
    {
        var copy = template?.DeepClone() as JsonObject;
        var metadata = copy.Object("metadata");
        metadata?.Remove("creationTimestamp");
        if (metadata.Object("labels") is { } labels && labels.Remove(TemplateHash) && labels.Count == 0)
            metadata!.Remove("labels");
        return copy;
    }

    /// <summary>Made after the point's Deployment was captured: asked of a later state only.</summary>
    private static bool IsLater(RuleSubject set, JsonObject? deployment) =>
        Revision(set.Metadata) is { } own && Revision(deployment.Object("metadata")) is { } present && own > present;

    private static int? Revision(JsonObject? metadata) =>
        int.TryParse(metadata.Object("annotations").Text(RevisionNumber), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
