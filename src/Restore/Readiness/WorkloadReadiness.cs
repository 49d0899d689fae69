using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>
/// Whether a workload is available, by the rules of <c>kubectl rollout status</c>: its controller has seen it as it is now, and as many of
/// its current Pods are available as it asks for. Pure.
/// </summary>
/// <remarks>Source: kubernetes v1.34, staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go.</remarks>
internal static class WorkloadReadiness
{
    private const string NotObserved = "its controller hasn't taken it up yet";

    public static ReadyState OfDeployment(JsonObject live)
    {
        var (spec, status) = (live.Object("spec"), live.Object("status"));
        var wanted = spec.Number("replicas") ?? 1;
        if (spec.Flag("paused") || wanted == 0)
            return ReadyState.NotAwaited;
        if (!Conditions.IsObserved(live))
            return ReadyState.Waiting(NotObserved);
        if (Count(status, "updatedReplicas") < wanted)
            return ReadyState.Waiting($"{Of(status, "updatedReplicas", wanted)} replicas created{Why(status)}");
        return Count(status, "availableReplicas") < wanted
            ? ReadyState.Waiting($"{Of(status, "availableReplicas", wanted)} replicas available{Why(status)}")
            : ReadyState.Ready;
    }

    public static ReadyState OfStatefulSet(JsonObject live)
    {
        var (spec, status) = (live.Object("spec"), live.Object("status"));
        var wanted = spec.Number("replicas") ?? 1;
        if (wanted == 0)
            return ReadyState.NotAwaited;
        if (!Conditions.IsObserved(live))
            return ReadyState.Waiting(NotObserved);
        // Servers before 1.22 don't count what is available.
        var counted = status?.ContainsKey("availableReplicas") == true ? "availableReplicas" : "readyReplicas";
        if (Count(status, counted) < wanted)
            return ReadyState.Waiting($"{Of(status, counted, wanted)} replicas available");
        var strategy = spec.Object("updateStrategy");
        var updated = wanted - (strategy.Object("rollingUpdate").Number("partition") ?? 0);
        return strategy.Text("type") != "OnDelete" && Count(status, "updatedReplicas") < updated
            ? ReadyState.Waiting($"{Of(status, "updatedReplicas", updated)} replicas of the current template")
            : ReadyState.Ready;
    }

    public static ReadyState OfDaemonSet(JsonObject live)
    {
        var status = live.Object("status");
        if (!Conditions.IsObserved(live))
            return ReadyState.Waiting(NotObserved);
        var wanted = Count(status, "desiredNumberScheduled");
        if (live.Object("spec").Object("updateStrategy").Text("type") != "OnDelete" && Count(status, "updatedNumberScheduled") < wanted)
            return ReadyState.Waiting($"{Of(status, "updatedNumberScheduled", wanted)} Pods scheduled");
        return Count(status, "numberAvailable") < wanted
            ? ReadyState.Waiting($"{Of(status, "numberAvailable", wanted)} Pods available")
            : ReadyState.Ready;
    }

    /// <summary>A ReplicaSet or ReplicationController without an owner.</summary>
    public static ReadyState OfReplicaSet(JsonObject live)
    {
        var wanted = live.Object("spec").Number("replicas") ?? 1;
        if (wanted == 0)
            return ReadyState.NotAwaited;
        if (!Conditions.IsObserved(live))
            return ReadyState.Waiting(NotObserved);
        var status = live.Object("status");
        return Count(status, "availableReplicas") < wanted
            ? ReadyState.Waiting($"{Of(status, "availableReplicas", wanted)} replicas available{Failure(status)}")
            : ReadyState.Ready;
    }

    public static ReadyState OfPod(JsonObject live)
    {
        var status = live.Object("status");
        if (live.Object("spec").Array("schedulingGates") is { Count: > 0 })
            return ReadyState.NotAwaited;
        return status.Text("phase") switch
        {
            "Succeeded" => ReadyState.Ready,
            "Failed" => ReadyState.Failed(PodTrouble.Of(live) ?? "it failed"),
            _ => Conditions.IsTrue(status, "Ready") ? ReadyState.Ready : ReadyState.Waiting(PodTrouble.Of(live) ?? "it isn't running yet"),
        };
    }

    public static ReadyState OfJob(JsonObject live)
    {
        var (spec, status) = (live.Object("spec"), live.Object("status"));
        if (Conditions.IsTrue(status, "Complete"))
            return ReadyState.Ready;
        if (Conditions.Find(status, "Failed") is { } failed && failed.Text("status") == "True")
            return ReadyState.Failed($"it failed: {Conditions.Quote(failed)}");
        return spec.Flag("suspend") || spec.Number("parallelism") == 0
            ? ReadyState.NotAwaited
            : ReadyState.Waiting($"{Of(status, "succeeded", spec.Number("completions") ?? 1)} completions");
    }

    private static int Count(JsonObject? status, string field) => status.Number(field) ?? 0;

    private static string Of(JsonObject? status, string field, int wanted) => $"{Count(status, field)} of {wanted}";

    private static string Why(JsonObject? status) =>
        Conditions.Find(status, "Progressing") is { } progressing && progressing.Text("status") == "False"
            ? $" ({Conditions.Quote(progressing)})"
            : Failure(status);

    /// <summary>Pods that can't be created: a quota, an admission webhook, a missing service account.</summary>
    private static string Failure(JsonObject? status) =>
        Conditions.Find(status, "ReplicaFailure") is { } failure && failure.Text("status") == "True"
            ? $" ({Conditions.Quote(failure)})"
            : "";
}
