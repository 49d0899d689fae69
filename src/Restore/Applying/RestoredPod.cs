using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Applying;

/// <summary>What of a live Pod decides whether a restore hook can run in it.</summary>
internal sealed class RestoredPod(JsonObject pod)
{
    /// <summary>kubectl's choice among several containers: https://kubernetes.io/docs/reference/labels-annotations-taints/</summary>
    private const string DefaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

    public string Name => pod.Object("metadata").Text("name") ?? "";

    public string Uid => pod.Object("metadata").Text("uid") ?? "";

    public bool IsGoing => pod.IsBeingDeleted();

    /// <summary>Its containers run no more.</summary>
    public bool HasEnded => pod.Object("status").Text("phase") is "Succeeded" or "Failed";

    /// <summary>Why it isn't ready; null: it is, or doesn't say.</summary>
    public string? Trouble => PodTrouble.Of(pod);

    public bool IsReady => pod.Object("status").Objects("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    public string DefaultContainer =>
        pod.Object("metadata").Object("annotations").Text(DefaultContainerAnnotation) is { } named && Has(named)
            ? named
            : pod.Object("spec").Objects("containers").FirstOrDefault().Text("name") ?? "";

    /// <summary>The container runs, or is also ready.</summary>
    public bool Takes(string container, bool ready)
    {
        var status = pod.Object("status");
        var found = status
            .Objects("containerStatuses")
            .Concat(status.Objects("initContainerStatuses"))
            .FirstOrDefault(c => c.Text("name") == container);
        return ready ? found.Flag("ready") : found.Object("state")?.ContainsKey("running") == true;
    }

    /// <summary>Controlled by the object, or, of a Deployment, by one of its ReplicaSets.</summary>
    public bool IsOf(JsonObject workload, bool isDeployment) =>
        pod.Object("metadata")
            .Objects("ownerReferences")
            .Any(o => o.Flag("controller") && (isDeployment ? o.Text("kind") == "ReplicaSet" : o.Text("uid") == workload.Uid()));

    private bool Has(string container) => pod.Object("spec").Objects("containers").Any(c => c.Text("name") == container);
}
