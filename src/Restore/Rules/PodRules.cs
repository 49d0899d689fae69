using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>Pods that nothing makes again, and Jobs.</summary>
internal static class PodRules
{
    public static readonly string[] JobLabels =
    [
        "controller-uid",
        "batch.kubernetes.io/controller-uid",
        "job-name",
        "batch.kubernetes.io/job-name",
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Skip(
            "pod-mirror",
            [KnownTypes.Pods],
            "it mirrors a static Pod that its node runs from a file",
            s => s.Annotation("kubernetes.io/config.mirror") is not null
        ),
        Rule.Skip(
            "pod-finished",
            [KnownTypes.Pods],
            "it had finished when it was captured; restore it with --finished",
            s => !s.Request.Finished && s.Status.Text("phase") is "Succeeded" or "Failed"
        ),
        Rule.Remove(
            "pod-node",
            [KnownTypes.Pods],
            "the scheduler chooses the node: the source's may not exist",
            s => s.Spec?.Remove("nodeName")
        ),
        Rule.Remove(
            "pod-priority",
            [KnownTypes.Pods],
            "admission computes them from the priority class and refuses other values",
            DropPriority
        ),
        Rule.Remove(
            "pod-ephemeral-containers",
            [KnownTypes.Pods],
            "ephemeral containers can't be set on create",
            s => s.Spec?.Remove("ephemeralContainers")
        ),
        Rule.Remove(
            "pod-token-volumes",
            [KnownTypes.Pods],
            "admission mounts the service account's token itself; the old volume names a token that is gone",
            DropTokenVolumes
        ),
        Rule.Remove(
            "pod-network-annotations",
            [KnownTypes.Pods],
            "they describe the network of the Pod that ran, and the network plugin would believe them",
            s => s.RemoveAnnotations(DescribesNetwork)
        ),
        Rule.Skip(
            "job-finished",
            [KnownTypes.Jobs],
            "it had finished when it was captured, and would run again; restore it with --finished",
            s => !s.Request.Finished && IsFinished(s.Status)
        ),
        Rule.Remove(
            "job-selector",
            [KnownTypes.Jobs],
            "the selector and its labels are made from the Job's new uid, unless manualSelector is set",
            DropJobSelector
        ),
    ];

    /// <summary>A token that admission mounted: projected, or (before 1.22) the account's token Secret.</summary>
    public static bool IsTokenVolume(JsonObject volume, string serviceAccount)
    {
        if (volume.Text("name") is not { } name)
            return false;
        if (name.StartsWith("kube-api-access-", StringComparison.Ordinal))
            return volume.ContainsKey("projected");
        return AccountRules.IsGeneratedTokenName(name, serviceAccount) && volume.Object("secret").Text("secretName") == name;
    }

    public static bool DescribesNetwork(string annotation) =>
        annotation is "k8s.ovn.org/pod-networks" or "k8s.v1.cni.cncf.io/network-status" or "k8s.v1.cni.cncf.io/networks-status"
        || annotation.StartsWith("cni.projectcalico.org/", StringComparison.Ordinal);

    public static IEnumerable<JsonObject> Containers(JsonObject? podSpec) =>
        podSpec.Objects("containers").Concat(podSpec.Objects("initContainers"));

    private static void DropPriority(RuleSubject subject)
    {
        subject.Spec?.Remove("priority");
        subject.Spec?.Remove("preemptionPolicy");
    }

    private static void DropTokenVolumes(RuleSubject subject)
    {
        if (subject.Spec is not { } spec)
            return;
        var account = spec.Text("serviceAccountName") ?? "default";
        var names = spec.Objects("volumes")
            .Where(v => IsTokenVolume(v, account))
            .Select(v => v.Text("name")!)
            .ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
            return;
        spec.RemoveItems("volumes", v => names.Contains(v.Text("name") ?? ""));
        foreach (var container in Containers(spec))
            container.RemoveItems("volumeMounts", m => names.Contains(m.Text("name") ?? ""));
    }

    private static bool IsFinished(JsonObject? status) =>
        status.Objects("conditions").Any(c => (c.Text("type") is "Complete" or "Failed") && c.Text("status") == "True");

    private static void DropJobSelector(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || spec.Flag("manualSelector"))
            return;
        spec.Remove("selector");
        var template = spec.Object("template").Object("metadata");
        // A Job without labels of its own was given its template's, these among them, and without any is given them again.
        if (
            JsonNode.DeepEquals(subject.Metadata.Object("labels"), template.Object("labels"))
            && JobLabels.Any(l => template.Object("labels")?.ContainsKey(l) == true)
        )
            subject.Metadata.Remove("labels");
        DropJobLabels(template);
        DropJobLabels(subject.Metadata);
    }

    private static void DropJobLabels(JsonObject? metadata)
    {
        if (metadata.Object("labels") is not { } labels)
            return;
        foreach (var label in JobLabels)
            labels.Remove(label);
        if (labels.Count == 0)
            metadata!.Remove("labels");
    }
}
