using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>A denial by a webhook whose backend the restore brings is tried again; any other is final.</summary>
public sealed class DenyingWebhooksTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");
    private SimulatedTestCluster cluster = null!;

    [Theory]
    [InlineData("hook", true)]
    [InlineData("elsewhere", false)]
    public async Task Only_a_backend_that_is_being_restored_may_allow_later_what_it_denied(string service, bool complete)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var target = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        await RegisterAsync(target, service);
        proxy.Inject(
            Fault.Answer(403, "Forbidden", "admission webhook \"policy.example.com\" denied the request: no policies are loaded"),
            r => r.Method == "POST" && r.Path.EndsWith("/configmaps", StringComparison.Ordinal)
        );

        var report = await RestoreAsync(target);

        Assert.Equal(complete, report.Complete);
        Assert.Equal(complete ? 0 : 1, report.Failures.Length);
        Assert.All(report.Failures, f => Assert.Contains("no policies are loaded", f.Reason, StringComparison.Ordinal));
        Assert.Equal(
            complete ? 2 : 1,
            proxy.Requests.Count(r => r.Method == "POST" && r.Path.EndsWith("/configmaps", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Objects_that_own_each_other_come_back_with_their_live_owners()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        const string Owner = "\"uid\":\"dead\",\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"";
        var sample = new SampleRestore().Add(Namespaces, Namespace);
        foreach (var (name, owner) in ((string, string)[])[("a", "b"), ("b", "c"), ("c", "a")])
            sample.Add(
                ConfigMaps,
                $$"""
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","namespace":"shop",
                 "ownerReferences":[{"name":"{{owner}}",{{Owner}} }]} }
                """
            );

        var report = await RestoreAsync(target, sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        foreach (var (name, owner) in ((string, string)[])[("a", "b"), ("b", "c"), ("c", "a")])
        {
            var reference = Assert.Single((await ReadAsync(target, name)).Object("metadata").Objects("ownerReferences"));
            Assert.Equal((await ReadAsync(target, owner)).Object("metadata").Text("uid"), reference.Text("uid"));
        }
    }

    public async Task InitializeAsync() => cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private const string Namespace = """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"} }""";
    private static readonly Archive.Format.ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);
    private static readonly Archive.Format.ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true);

    private static async Task<System.Text.Json.Nodes.JsonObject> ReadAsync(ClusterConnection target, string name)
    {
        var type = (await Discovery.ReadAsync(target, default)).Find("", "configmaps")!;
        return ManifestJson.Parse((await new ResourceWriter(target).GetAsync(type, "shop", name, default)).Body.Span);
    }

    private static async Task RegisterAsync(ClusterConnection target, string service)
    {
        var type = (await Discovery.ReadAsync(target, default)).Find("admissionregistration.k8s.io", "validatingwebhookconfigurations")!;
        var body = $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"policy"},
             "webhooks":[{"name":"policy.example.com","clientConfig":{"service":{"namespace":"shop","name":"{{service}}"} } }]}
            """;
        var written = await new ResourceWriter(target).CreateAsync(
            type,
            null,
            System.Text.Encoding.UTF8.GetBytes(body),
            new("test"),
            default
        );
        Assert.Equal(WriteStatus.Done, written.Status);
    }

    private Task<RestoreReport> RestoreAsync(ClusterConnection target) =>
        RestoreAsync(
            target,
            new SampleRestore()
                .Add(Namespaces, Namespace)
                .Add(ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"} }""")
                .Add(
                    new("", "v1", "services", "Service", true),
                    """{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook","namespace":"shop"},"spec":{} }"""
                )
        );

    private async Task<RestoreReport> RestoreAsync(ClusterConnection target, SampleRestore sample)
    {
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
