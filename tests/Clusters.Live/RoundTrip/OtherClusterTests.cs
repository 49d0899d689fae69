using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// With a wrong context the program refuses, and says what to do, instead of mixing histories or restoring into the wrong cluster.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class OtherClusterTests(RoundTripFixture live) : IAsyncLifetime, IDisposable
{
    private readonly HoldfastProgram holdfast = new(live.Cluster.KubeconfigPath);
    private LiveCluster? other;

    public async Task InitializeAsync()
    {
        if (LiveClusterFixture.IsWanted)
            other = await LiveCluster.StartAsync(new() { ControllerManager = false });
    }

    public void Dispose() => holdfast.Dispose();

    public async Task DisposeAsync()
    {
        if (other is not null)
            await other.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_capture_under_the_name_of_another_cluster_is_refused_unless_requested()
    {
        var known = await CaptureAsync(live.Cluster);
        Assert.True(known.Exit == 0, known.Error);

        var refused = await CaptureAsync(other!);

        Assert.Equal((1, ""), (refused.Exit, refused.Out));
        Assert.Contains("'prod'", refused.Error);
        Assert.Contains("--new-incarnation", refused.Error);
        Assert.Single((await holdfast.RunAsync("points", "--cluster", "prod", "-o", "json")).Json.AsArray());
        var renamed = await CaptureAsync(other!, "--new-incarnation");
        Assert.True(renamed.Exit == 0, renamed.Error);
    }

    [SkippableFact]
    public async Task A_point_of_one_cluster_is_not_planned_for_another_unless_requested()
    {
        await live.Cluster.KubectlAsync(["create", "namespace", "not-for-others"]);
        Assert.Equal(0, (await CaptureAsync(live.Cluster)).Exit);

        var refused = await holdfast.RunAsync("restore", "latest", "--cluster", "prod", "--yes", "--kubeconfig", other!.KubeconfigPath);

        Assert.Equal((1, ""), (refused.Exit, refused.Out));
        Assert.Contains("--into-other-cluster", refused.Error);
        await AssertAbsentAsync();
        await live.Cluster.KubectlAsync(["delete", "namespace", "not-for-others", "--wait=false"]);
    }

    [SkippableFact]
    public async Task A_plan_that_was_made_for_one_cluster_is_not_applied_to_another()
    {
        await live.Cluster.KubectlAsync(["create", "namespace", "not-for-others"]);
        Assert.Equal(0, (await CaptureAsync(live.Cluster)).Exit);
        await live.Cluster.KubectlAsync(["delete", "namespace", "not-for-others"]);
        var file = Path.Combine(holdfast.Home, "plan.json");
        var planned = await holdfast.RunAsync("plan", "latest", "--cluster", "prod", "--into-other-cluster", "--out", file);
        Assert.True(planned.Exit == 0, planned.Error);

        var refused = await holdfast.RunAsync("restore", "--plan", file, "--kubeconfig", other!.KubeconfigPath);

        Assert.Equal((1, ""), (refused.Exit, refused.Out));
        Assert.Contains("the plan is for", refused.Error);
        await AssertAbsentAsync();
    }

    private Task<Finished> CaptureAsync(LiveCluster cluster, params string[] more) =>
        holdfast.RunAsync(["capture", "--cluster", "prod", "--quiet", "--kubeconfig", cluster.KubeconfigPath, .. more]);

    private async Task AssertAbsentAsync() =>
        Assert.DoesNotContain("not-for-others", await other!.KubectlAsync(["get", "namespaces", "-o", "name"]));
}
