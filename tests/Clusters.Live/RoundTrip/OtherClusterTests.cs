using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// A wrong context mixes no histories and restores nothing into the wrong cluster: the program refuses, and says what to do.
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
    public async Task A_capture_under_a_name_that_is_known_of_another_cluster_is_refused_unless_told()
    {
        var known = await CaptureAsync(live.Cluster);
        Assert.True(known.Exit == 0, known.Error);

        var refused = await CaptureAsync(other!);

        Assert.Equal((1, ""), (refused.Exit, refused.Out));
        Assert.Contains("not the one known as 'prod'", refused.Error);
        Assert.Contains("--new-incarnation", refused.Error);
        Assert.Single((await holdfast.RunAsync("points", "--cluster", "prod", "-o", "json")).Json.AsArray());
        var told = await CaptureAsync(other!, "--new-incarnation");
        Assert.True(told.Exit == 0, told.Error);
    }

    [SkippableFact]
    public async Task A_point_of_one_cluster_is_not_planned_for_another_unless_told()
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
