using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>Whether a PersistentVolumeClaim is bound. Pure.</summary>
internal static class ClaimReadiness
{
    /// <summary>Set by the scheduler on the claim of a Pod that it places.</summary>
    private const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <param name="waitsForConsumer">The claim's storage class binds only for a Pod.</param>
    /// <param name="isUsed">A Pod mounts the claim.</param>
    public static ReadyState Of(JsonObject live, bool waitsForConsumer, bool isUsed) =>
        live.Object("status").Text("phase") switch
        {
            "Bound" => ReadyState.Ready,
            "Lost" => ReadyState.Failed($"its volume {live.Object("spec").Text("volumeName")} is gone"),
            _ when waitsForConsumer && !isUsed && live.Object("metadata").Object("annotations").Text(SelectedNode) is null =>
                ReadyState.NotAwaited,
            _ => ReadyState.Waiting("it isn't bound"),
        };

    public static bool WaitsForConsumer(JsonObject storageClass) => storageClass.Text("volumeBindingMode") == "WaitForFirstConsumer";

    /// <summary>The claims that a Pod mounts, those of generic ephemeral volumes not among them.</summary>
    public static IEnumerable<string> ClaimsOf(JsonObject pod) =>
        pod.Object("spec").Objects("volumes").Select(v => v.Object("persistentVolumeClaim").Text("claimName")).OfType<string>();
}
