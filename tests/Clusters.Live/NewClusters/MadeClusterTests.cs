using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Clusters.Live.Tests.RoundTrip;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.NewClusters;

/// <summary>
/// The whole of <c>restore --new-cluster</c> with real API servers: one that was captured, and one that Azure's test server gives as the
/// cluster that it made.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class MadeClusterTests(RoundTripFixture live) : IAsyncLifetime, IDisposable
{
    private readonly HoldfastProgram holdfast = new(live.Cluster.KubeconfigPath);
    private LiveCluster? made;
    private SampleAks azure = null!;
    private ManagedIdentity identity = null!;

    public async Task InitializeAsync()
    {
        azure = await SampleAks.StartAsync();
        identity = await ManagedIdentity.StartAsync();
        azure.Direct(holdfast, identity);
        if (LiveClusterFixture.IsWanted)
            made = await LiveCluster.StartAsync(new() { ControllerManager = false });
    }

    public void Dispose() => holdfast.Dispose();

    public async Task DisposeAsync()
    {
        if (made is not null)
            await made.DisposeAsync();
        await identity.DisposeAsync();
        await azure.Server.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_point_is_restored_into_a_cluster_that_is_made_for_it()
    {
        await live.Cluster.KubectlAsync(["create", "namespace", "moved"]);
        await live.Cluster.KubectlAsync(["create", "configmap", "settings", "-n", "moved", "--from-literal=color=blue"]);
        await live.Cluster.KubectlAsync(["create", "deployment", "web", "-n", "moved", "--image=example.org/web:1"]);
        Assert.Equal(0, (await holdfast.RunAsync("capture", "--cluster", "prod", "--volumes", "none", "--quiet")).Exit);
        // with certificates in it, not in files beside it, as AKS gives it
        var kubeconfig = await made!.KubectlAsync(["config", "view", "--flatten", "--raw"]);
        azure.Clusters.KubeconfigOf = _ => kubeconfig;
        await ReadyNodeAsync();
        var profile = Path.Combine(holdfast.Home, "profile.json");
        await File.WriteAllBytesAsync(profile, InfrastructureDocument.ToPlain(await ProfileAsync()));
        holdfast.Variables.Remove("KUBECONFIG");

        var run = await holdfast.RunAsync(
            "restore",
            "latest",
            "--cluster",
            "prod",
            "-n",
            "moved",
            "--new-cluster",
            "made",
            "--infrastructure",
            profile,
            "--yes",
            "-o",
            "json"
        );

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(("Ready", 1), ((string?)run.Json["newCluster"]!["stage"], (int?)run.Json["newCluster"]!["nodes"]));
        Assert.Contains("color", await made.KubectlAsync(["get", "configmap", "settings", "-n", "moved", "-o", "yaml"]));
        Assert.Contains("example.org/web:1", await made.KubectlAsync(["get", "deployment", "web", "-n", "moved", "-o", "yaml"]));
        await live.Cluster.KubectlAsync(["delete", "namespace", "moved", "--wait=false"]);
    }

    /// <summary>Of the same region, with one node.</summary>
    private async Task<InfrastructureProfile> ProfileAsync()
    {
        var transport = new HttpClientTransport(azure.Server.Handler());
        var client = new ResourceClient(TimeProvider.System, azure.Server.Url, new AnyIdentity(), transport);
        foreach (var pool in azure.Server.Resources.All.Where(r => (string?)r["type"] == AgentPools.TypeName))
            (pool["properties"]!["count"], pool["properties"]!["minCount"]) = (
                (string?)pool["name"] == "system" ? 1 : 0,
                (string?)pool["name"] == "system" ? 1 : 0
            );
        var registration = new ClusterRegistration
        {
            Name = ClusterName.Parse("prod"),
            Azure = new() { ResourceId = AzureResourceId.Parse(SampleAks.Id) },
            Authentication = new() { Aks = new() },
        };
        return (await new AksClusters(client, TimeProvider.System).ReadAsync(registration, default))!.Profile;
    }

    private async Task ReadyNodeAsync()
    {
        using var requests = new ClusterRequests(made!.Endpoint);
        var created = await requests.PostAsync("/api/v1/nodes", """{"apiVersion":"v1","kind":"Node","metadata":{"name":"node-0"}}""");
        Assert.Equal(201, created.Code);
        const string Ready = """
            {"status":{"conditions":[{"type":"Ready","status":"True","reason":"Test","message":"it is ready",
              "lastHeartbeatTime":"2026-11-22T05:30:00Z","lastTransitionTime":"2026-11-22T05:30:00Z"}]}}
            """;
        Assert.Equal(200, (await requests.PatchAsync("/api/v1/nodes/node-0/status", Ready)).Code);
    }

    private sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext context, CancellationToken cancellation) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext context, CancellationToken cancellation) =>
            new(GetToken(context, cancellation));
    }
}
