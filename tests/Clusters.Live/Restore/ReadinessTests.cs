using Holdfast.Archive.Format;
using Holdfast.TestKit.Kubelet;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Readiness as a real kube-controller-manager and API server report it; Pods are started by a fake kubelet.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class ReadinessTests(LiveRestoreFixture live)
{
    private const string Ns = "ready";

    [SkippableFact]
    public async Task A_restore_waits_for_workloads_and_for_a_status_that_another_has_written()
    {
        var cluster = live.ClusterWithControllers;
        using var target = new RestoreTarget(cluster);
        await using var kubelet = await FakeKubelet.StartAsync(cluster);
        kubelet.StartTime = TimeSpan.FromSeconds(2);
        kubelet.Faults = (ns, pod) => ns == Ns && pod.StartsWith("broken-", StringComparison.Ordinal) ? "ErrImagePull" : null;
        var type = new ResourceType("ready.example.com", "v1", "gadgets", "Gadget", true);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(RestoreTarget.Definitions, Definition)
            .Add(type, Gadget("taken-up"))
            .Add(type, Gadget("left-alone"))
            .Add(RestoreTarget.Deployments, Deployment("web"))
            .Add(RestoreTarget.Deployments, Deployment("broken"));
        var point = await sample.WriteAsync();
        var request = SampleRestore.RequestFor(point) with { WaitSeconds = 8, Status = true };
        var controller = TakeUpAsync(target, type);

        var report = await target.ApplyAsync(await sample.PlanAsync(point, await target.UidAsync(), request), point);

        await controller;
        Assert.Empty(report.Failures);
        var reasons = report.Incomplete.ToDictionary(i => i.Name, i => i.Reason);
        Assert.Equal(["broken", "left-alone"], reasons.Keys.Order(StringComparer.Ordinal).ToArray());
        Assert.Contains("0 of 2 replicas available", reasons["broken"], StringComparison.Ordinal);
        Assert.Contains("container c: ErrImagePull", reasons["broken"], StringComparison.Ordinal);
        Assert.Contains("no controller has written its status since", reasons["left-alone"], StringComparison.Ordinal);
        var times = report.Timings!.Slowest.ToDictionary(o => o.Name, o => o.ReadySeconds);
        Assert.Equal(["taken-up", "web"], times.Keys.Order(StringComparer.Ordinal).ToArray());
        Assert.InRange(times["web"], 1.9, 8);
        await target.DeleteAsync(RestoreTarget.Namespaces, null, Ns);
    }

    /// <summary>A controller that finds everything as it is, and says so again.</summary>
    private static async Task TakeUpAsync(RestoreTarget target, ResourceType type)
    {
        Assert.NotNull(await target.UntilAsync(type, Ns, "taken-up", g => g?["status"] is not null));
        await target.PatchAsync(
            type,
            Ns,
            "taken-up",
            """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"Working"}]}}""",
            "status"
        );
    }

    private static string Gadget(string name) =>
        $$"""
            {"apiVersion":"ready.example.com/v1","kind":"Gadget","metadata":{"name":"{{name}}","namespace":"{{Ns}}"},
             "status":{"conditions":[{"type":"Ready","status":"True"}] } }
            """;

    private static string Deployment(string name) =>
        $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}","namespace":"{{Ns}}"},
             "spec":{"replicas":2,"selector":{"matchLabels":{"app":"{{name}}"} },"template":{"metadata":{"labels":{"app":"{{name}}"} },
             "spec":{"containers":[{"name":"c","image":"i"}] } } } }
            """;

    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.ready.example.com"},
         "spec":{"group":"ready.example.com","scope":"Namespaced","names":{"plural":"gadgets","kind":"Gadget"},
         "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
         "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        """;
}
