using Holdfast.Manifests;
using Holdfast.TestKit.Kubelet;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Finalizers as a real API server takes them, after a Deployment that a real kube-controller-manager has made ready.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class LateFinalizersTests(LiveRestoreFixture live)
{
    private const string Ns = "late-finalizers";

    [SkippableFact]
    public async Task A_custom_resource_gets_its_finalizer_back_after_the_operator_is_ready()
    {
        var cluster = live.ClusterWithControllers;
        using var target = new RestoreTarget(cluster);
        await using var kubelet = await FakeKubelet.StartAsync(cluster);
        kubelet.StartTime = TimeSpan.FromSeconds(2);
        var (widgets, definition) = RestoreTarget.Widget("late.example.com");
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(RestoreTarget.Definitions, definition)
            .Add(
                widgets,
                $$"""
                {"apiVersion":"late.example.com/v1","kind":"Widget","metadata":{"name":"held","namespace":"{{Ns}}",
                 "finalizers":["late.example.com/cleanup"]},"spec":{"n":1} }
                """
            )
            .Add(
                RestoreTarget.Deployments,
                $$"""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"operator","namespace":"{{Ns}}"},
                 "spec":{"replicas":1,"selector":{"matchLabels":{"app":"o"} },"template":{"metadata":{"labels":{"app":"o"} },
                 "spec":{"containers":[{"name":"c","image":"i"}] } } } }
                """
            );
        var point = await sample.WriteAsync();
        var request = SampleRestore.RequestFor(point) with { LateFinalizers = true };

        var early = new TaskCompletionSource<int?>();
        var seen = new SeenProgress(async () =>
            early.TrySetResult((await target.GetAsync(widgets, Ns, "held")).Object("metadata").Array("finalizers")?.Count)
        );

        var report = await target.ApplyAsync(await sample.PlanAsync(point, await target.UidAsync(), request), point, seen);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Empty(report.Notes);
        Assert.True(early.Task.IsCompleted, "the restore didn't wait");
        Assert.Null(await early.Task);
        var held = await target.GetAsync(widgets, Ns, "held");
        Assert.Equal("late.example.com/cleanup", Assert.Single(held.Object("metadata").Array("finalizers")!)!.GetValue<string>());
        var ready = (await target.GetAsync(RestoreTarget.Deployments, Ns, "operator")).Object("status").Number("availableReplicas");
        Assert.Equal(1, ready);
        await target.PatchAsync(widgets, Ns, "held", """{"metadata":{"finalizers":null}}""");
        await target.DeleteAsync(RestoreTarget.Namespaces, null, Ns);
    }
}
