using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Access;

[Collection(LiveClusterCollection.Name)]
public sealed class ClusterCheckTests(LiveClusterFixture live) : IAsyncLifetime
{
    private static readonly string Manifests = Path.Combine(Repository.Root, "infra", "kubernetes");

    [SkippableFact]
    public async Task An_administrator_has_all_permissions()
    {
        var check = await CheckAsync(live.Cluster.Endpoint);

        Assert.NotEmpty(check.Identity!.Uid);
        Assert.True(check.Types > 20);
        Assert.Empty(check.MissingForCapture);
        Assert.Empty(check.MissingForRestore);
    }

    [SkippableFact]
    public async Task Without_permission_to_read_the_clusters_identity_the_missing_permission_is_named()
    {
        var check = await CheckAsync(live.Cluster.PowerlessEndpoint);

        Assert.Null(check.Identity);
        Assert.Contains(new("get", "namespaces"), check.MissingForCapture);
    }

    [SkippableFact]
    public async Task Missing_permissions_are_named_by_verb_and_type()
    {
        await GrantAsync(
            """
            - {apiGroups: [""], resources: [namespaces], verbs: [get]}
            - {apiGroups: ["", apps, batch], resources: ["*"], verbs: [list]}
            - {apiGroups: [""], resources: [configmaps], verbs: [get, create, update, patch, delete]}
            """
        );

        var check = await CheckAsync(live.Cluster.PowerlessEndpoint);

        Assert.Contains(new("list", "clusterroles.rbac.authorization.k8s.io"), check.MissingForCapture);
        Assert.DoesNotContain(check.MissingForCapture, l => l.GroupResource is "secrets" or "deployments.apps");
        Assert.DoesNotContain(check.MissingForRestore, l => l.GroupResource is "configmaps");
        Assert.Equal(
            ["create", "delete", "get", "patch", "update"],
            check.MissingForRestore.Where(l => l.GroupResource == "deployments.apps").Select(l => l.Verb)
        );
    }

    [SkippableFact]
    public async Task The_capture_role_is_enough_to_capture_and_gives_no_way_into_containers()
    {
        await live.Cluster.KubectlAsync(["apply", "-f", Path.Combine(Manifests, "capture.yaml")]);
        await BindAsync("holdfast-capture");
        using var connection = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        var review = new PermissionReview(connection);

        var check = await CheckAsync(live.Cluster.PowerlessEndpoint);

        Assert.Empty(check.MissingForCapture);
        Assert.Contains(new("create", "secrets"), check.MissingForRestore);
        Assert.False(await review.MayAsync("get", "", "pods/exec", default));
        Assert.False(await review.MayAsync("get", "", "nodes/proxy", default));
    }

    [SkippableFact]
    public async Task The_capture_role_is_enough_for_a_plan_to_read_the_schemas_of_custom_types()
    {
        await live.Cluster.KubectlAsync(["apply", "-f", Path.Combine(Manifests, "capture.yaml")]);
        await BindAsync("holdfast-capture");
        using var connection = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);

        Assert.True(await new PermissionReview(connection).MayAsync("get", "apiextensions.k8s.io", "customresourcedefinitions", default));
    }

    [SkippableFact]
    public async Task The_restore_role_is_enough_to_restore()
    {
        await live.Cluster.KubectlAsync([
            "apply",
            "-f",
            Path.Combine(Manifests, "capture.yaml"),
            "-f",
            Path.Combine(Manifests, "restore.yaml"),
        ]);
        await BindAsync("holdfast-restore");

        var check = await CheckAsync(live.Cluster.PowerlessEndpoint);

        Assert.Empty(check.MissingForRestore);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (!LiveClusterFixture.IsWanted)
            return;
        await live.Cluster.KubectlAsync([
            "delete",
            "--ignore-not-found",
            "clusterrolebinding/alice",
            "clusterrole/alice",
            "clusterrolebinding/holdfast-capture",
            "clusterrolebinding/holdfast-restore",
        ]);
        await UntilAsync(mayRead: false);
    }

    private static async Task<ClusterCheck> CheckAsync(ClusterEndpoint endpoint)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        return await ClusterCheck.RunAsync(connection, await Discovery.ReadAsync(connection, default), default);
    }

    private async Task GrantAsync(string rules)
    {
        await live.Cluster.KubectlAsync(
            ["apply", "-f", "-"],
            $"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {"{name: alice}"}
            rules:
            {rules}
            """
        );
        await BindAsync("alice");
    }

    private async Task BindAsync(string role)
    {
        await live.Cluster.KubectlAsync(["create", "clusterrolebinding", "alice", "--clusterrole", role, "--user", "alice"]);
        await UntilAsync(mayRead: true);
    }

    /// <summary>The server's authoriser learns of roles and bindings by watching them.</summary>
    private async Task UntilAsync(bool mayRead)
    {
        using var connection = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await new PermissionReview(connection).MayAsync("get", "", "namespaces", patience.Token) != mayRead)
            await Task.Delay(20, patience.Token);
    }
}
