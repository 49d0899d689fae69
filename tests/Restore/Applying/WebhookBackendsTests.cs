using Holdfast.Clusters.Connections;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>
/// A webhook that would refuse everything waits for its Service's endpoints, wherever the cluster keeps them; tests/Clusters.Live/Restore
/// has it on a real server.
/// </summary>
public sealed class WebhookBackendsTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");
    private SimulatedTestCluster cluster = null!;

    [Theory]
    [InlineData("", true), InlineData(",\"conditions\":{\"ready\":true}", true), InlineData(",\"conditions\":{\"ready\":false}", false)]
    public async Task Endpoints_in_slices_alone_will_do_when_one_is_ready(string conditions, bool created)
    {
        var report = await RestoreAsync($$$"""{"addresses":["192.0.2.1"]{{{conditions}}}}""");

        Assert.Equal((created, created ? 4 : 3), (report.Complete, report.Counts["Created"]));
        Assert.All(report.Failures, f => Assert.Contains("hook in shop has no endpoints", f.Reason));
    }

    [Fact]
    public async Task Slices_of_another_service_do_not() =>
        Assert.False((await RestoreAsync("""{"addresses":["192.0.2.1"]}""", service: "other")).Complete);

    public async Task InitializeAsync() => cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task<RestoreReport> RestoreAsync(string endpoint, string service = "hook")
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var sample = new SampleRestore()
            .Add(new("", "v1", "namespaces", "Namespace", false), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""")
            .Add(
                new("", "v1", "services", "Service", true),
                """{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook","namespace":"shop"},"spec":{"ports":[{"port":443}]}}"""
            )
            .Add(
                new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true),
                $$$"""
                {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"by-hand","namespace":"shop",
                  "labels":{"kubernetes.io/service-name":"{{{service}}}"}},
                 "addressType":"IPv4","endpoints":[{{{endpoint}}}],"ports":[]}
                """
            )
            .Add(
                new("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
                """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"hook"},
                 "webhooks":[{"name":"hook.example.com","sideEffects":"None","admissionReviewVersions":["v1"],
                   "clientConfig":{"service":{"namespace":"shop","name":"hook"}}}]}
                """
            );
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, (await ClusterIdentity.ReadAsync(target, default)).Uid);
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
        return await new RestoreRun(point, target, log, TimeProvider.System, new() { Settling = TimeSpan.Zero }).RunAsync(
            plan,
            null,
            default
        );
    }
}
