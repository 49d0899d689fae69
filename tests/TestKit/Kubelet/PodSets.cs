using System.Text.Json.Nodes;
using Holdfast.TestKit.Storage;

namespace Holdfast.TestKit.Kubelet;

/// <summary>
/// Makes the Pods of StatefulSets, all at once, and one for each DaemonSet, and counts those that are ready, on clusters without a
/// kube-controller-manager. It knows no updates, no claim templates and no scaling down.
/// </summary>
internal sealed class PodSets(WatchedObjects sets, WatchedObjects pods, string kind)
{
    private bool IsDaemonSet => kind == "DaemonSet";

    public async Task SyncAsync(JsonObject set)
    {
        if (set.IsDeleted())
            return;
        var wanted = IsDaemonSet ? 1 : (int?)set.At("spec", "replicas") ?? 1;
        var own = pods.All.Where(p => p.Namespace() == set.Namespace() && IsOf(p, set)).ToList();
        foreach (var name in Enumerable.Range(0, wanted).Select(i => $"{set.Name()}-{i}").Where(n => own.TrueForAll(p => p.Name() != n)))
            await pods.CreateAsync(set.Namespace(), PodOf(set, name));
        var status = StatusOf(set, wanted, own.Count(IsReady));
        if (!status.All(field => JsonNode.DeepEquals(set.At("status", field.Key), field.Value)))
            await sets.PatchStatusAsync(set, status);
    }

    private JsonObject StatusOf(JsonObject set, int wanted, int ready)
    {
        var generation = set.At("metadata", "generation")?.DeepClone();
        return IsDaemonSet
            ? new()
            {
                ["observedGeneration"] = generation,
                ["desiredNumberScheduled"] = wanted,
                ["currentNumberScheduled"] = wanted,
                ["updatedNumberScheduled"] = wanted,
                ["numberReady"] = ready,
                ["numberAvailable"] = ready,
            }
            : new()
            {
                ["observedGeneration"] = generation,
                ["replicas"] = wanted,
                ["updatedReplicas"] = wanted,
                ["readyReplicas"] = ready,
                ["availableReplicas"] = ready,
            };
    }

    private JsonObject PodOf(JsonObject set, string name)
    {
        var pod = (JsonObject)set.At("spec", "template")!.DeepClone();
        (pod["apiVersion"], pod["kind"]) = ("v1", "Pod");
        if (pod["metadata"] is not JsonObject metadata)
            pod["metadata"] = metadata = [];
        metadata["name"] = name;
        metadata["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = kind,
                ["name"] = set.Name(),
                ["uid"] = set.Uid(),
                ["controller"] = true,
            }
        );
        return pod;
    }

    private static bool IsOf(JsonObject pod, JsonObject set) =>
        (pod.At("metadata", "ownerReferences") as JsonArray)?.Any(o => (string?)o!["uid"] == set.Uid()) == true;

    private static bool IsReady(JsonObject pod) =>
        (pod.At("status", "conditions") as JsonArray)?.Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true;
}
