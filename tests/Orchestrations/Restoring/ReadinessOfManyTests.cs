using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Restoring;

/// <summary>A restore of the service that waits for many objects.</summary>
public sealed class ReadinessOfManyTests : IAsyncLifetime
{
    private const int Count = 1_000;
    private const int InNamespaces = 20;

    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false, []);
    private static readonly ApiResource Deployments = new("apps", "v1", "deployments", "Deployment", true, []);

    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync() => fleet = await SimulatedFleet.StartAsync("source", "standby");

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    public async Task Many_objects_that_arent_ready_are_awaited_by_lists_of_their_type_and_each_is_reported()
    {
        await SeedAsync();
        var captured = await fleet.RunAsync(fleet.Order("source"));
        var order = fleet.RestoreOf(captured) with { Target = ClusterName.Parse("standby") };
        order = order with { Request = order.Request! with { IntoOtherCluster = true, WaitSeconds = 2 } };
        using var reads = fleet["standby"].Inject(new("/deployments") { Method = "GET" });

        var report = await fleet.RunAsync(order);

        // No kubelet starts their Pods.
        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(Count, report.Restore!.Incomplete.Count(i => i.Resource == "deployments.apps"));
        Assert.All(report.Restore.Incomplete, i => Assert.Contains("wasn't ready", i.Reason));
        Assert.InRange(reads.Struck, 2, 100);
    }

    private async Task SeedAsync()
    {
        using var source = fleet.Connect("source");
        var writer = new ResourceWriter(source);
        for (var i = 0; i < InNamespaces; i++)
            await CreateAsync(writer, Namespaces, null, $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-{{{i}}}"}}""");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            async (i, _) =>
                await CreateAsync(
                    writer,
                    Deployments,
                    $"team-{i % InNamespaces}",
                    $$$"""
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web-{{{i}}}"},
                     "spec":{"replicas":1,"selector":{"matchLabels":{"app":"w{{{i}}}"} },"template":{
                     "metadata":{"labels":{"app":"w{{{i}}}"} },"spec":{"containers":[{"name":"c","image":"i"}] } } } }
                    """
                )
        );
    }

    private static async Task CreateAsync(ResourceWriter writer, ApiResource type, string? ns, string manifest)
    {
        var answer = await writer.CreateAsync(type, ns, Encoding.UTF8.GetBytes(manifest), new("tests"), default);
        Assert.True(answer.Status == WriteStatus.Done, answer.Message);
    }
}
