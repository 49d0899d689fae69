using Holdfast.Control.Clouds;
using Holdfast.Control.Infrastructure;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

/// <summary>Clusters that are made: what happens when steps are repeated, refused, or fail.</summary>
public sealed class AksClustersTests : IAsyncLifetime
{
    private AksCloud cloud = null!;
    private NewClusterPlan plan = null!;

    public async Task InitializeAsync()
    {
        cloud = await AksCloud.StartAsync();
        plan = await cloud.PlanAsync();
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    private ArmServer Azure => cloud.Sample.Server;

    private int Puts => Azure.Requests.Count(r => r.Method == "PUT" && r.Id.Type == "Microsoft.ContainerService/managedClusters");

    [Fact]
    public async Task A_cluster_is_made_with_its_group_and_is_ready_when_Azure_says_so()
    {
        Azure.Operations.Pace = new(3, TimeSpan.Zero);
        Assert.Equal(NewClusterStage.Absent, (await LookAsync()).Stage);

        await cloud.Aks.CreateAsync(plan, default);

        Assert.Equal([NewClusterStage.Creating, NewClusterStage.Creating, NewClusterStage.Ready], await StagesAsync(3));
        var group = Azure.Resources.Find($"/subscriptions/{SampleAks.Subscription}/resourceGroups/dr")!;
        Assert.Equal("northeurope", (string?)group["location"]);
        Assert.Equal(
            2,
            Azure.Resources.All.Count(r =>
                (string?)r["type"] == AgentPools.TypeName && ((string)r["id"]!).Contains("/prod-dr/", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public async Task Asked_for_again_while_it_is_being_made_or_afterwards_nothing_is_made_twice()
    {
        Azure.Operations.Pace = new(2, TimeSpan.Zero);
        await cloud.Aks.CreateAsync(plan, default);
        await cloud.Aks.CreateAsync(plan, default);
        await StagesAsync(2);
        await cloud.Aks.CreateAsync(plan, default);

        Assert.Equal(1, Puts);
        Assert.True((await cloud.PlanAsync()).Exists);
    }

    [Fact]
    public async Task An_answer_that_was_lost_does_not_make_a_second_one()
    {
        Azure.Faults.Lose(r => r.Method == "PUT" && r.Id.Name == "prod-dr");

        var lost = await Assert.ThrowsAsync<CloudException>(() => cloud.Aks.CreateAsync(plan, default));
        await cloud.Aks.CreateAsync(plan, default);

        Assert.True(lost.IsTransient);
        Assert.NotEqual(NewClusterStage.Absent, (await LookAsync()).Stage);
        Assert.Single(
            Azure.Resources.IdsOf("Microsoft.ContainerService/managedClusters"),
            id => id.EndsWith("/prod-dr", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_cluster_that_could_not_be_made_says_why_and_is_made_when_it_is_asked_for_again()
    {
        Azure.Faults.Fail(r => r.Method == "PUT" && r.Id.Name == "prod-dr", new(409, "ZonalAllocationFailed", "no room in zone 1"));
        await cloud.Aks.CreateAsync(plan, default);
        var failed = await LookAsync();
        await cloud.Aks.CreateAsync(plan, default);
        var made = await LookAsync();

        Assert.Equal((NewClusterStage.Failed, NewClusterStage.Ready), (failed.Stage, made.Stage));
        Assert.Contains("ZonalAllocationFailed", failed.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "RequestDisallowedByPolicy", CloudFailure.DeniedByPolicy)]
    [InlineData(403, "AuthorizationFailed", CloudFailure.Forbidden)]
    [InlineData(409, "ScopeLocked", CloudFailure.Locked)]
    [InlineData(409, "SkuNotAvailable", CloudFailure.NoCapacity)]
    [InlineData(400, "ErrCode_InsufficientVCPUQuota", CloudFailure.NoCapacity)]
    [InlineData(400, "VMSizeNotSupported", CloudFailure.NoCapacity)]
    [InlineData(400, "InvalidParameter", CloudFailure.Invalid)]
    public async Task A_refusal_is_explained_by_its_kind_in_Azures_own_words(int status, string code, CloudFailure expected)
    {
        Azure.Faults.Refuse(r => r.Method == "PUT" && r.Id.Name == "prod-dr", new(status, code, "the reason in words"));

        var refused = await Assert.ThrowsAsync<CloudException>(() => cloud.Aks.CreateAsync(plan, default));

        Assert.Equal((expected, false), (refused.Failure, refused.IsTransient));
        Assert.Contains("the reason in words", refused.Message, StringComparison.Ordinal);
        Assert.Equal(NewClusterStage.Absent, (await LookAsync()).Stage);
    }

    [Fact]
    public async Task A_subscription_that_is_asked_too_often_is_a_failure_that_passes()
    {
        Azure.Faults.Throttle(1, TimeSpan.FromMinutes(5), r => r.Method == "PUT");

        var refused = await Assert.ThrowsAsync<CloudException>(() => cloud.Aks.CreateAsync(plan, default));

        Assert.Equal((CloudFailure.Throttled, true), (refused.Failure, refused.IsTransient));
    }

    [Fact]
    public async Task A_cluster_that_somebody_made_meanwhile_under_the_name_is_left_alone()
    {
        await cloud.Aks.CreateAsync(plan with { Origin = "other/point", Body = AksCloud.OtherBody(plan) }, default);

        await Assert.ThrowsAsync<NewClusterException>(() => cloud.Aks.CreateAsync(plan, default));

        Assert.Equal(1, Puts);
        Assert.Equal(NewClusterStage.Absent, (await LookAsync()).Stage);
    }

    [Fact]
    public async Task A_lost_region_does_not_keep_a_cluster_from_being_made_in_another()
    {
        var profile = await cloud.ProfileAsync();
        cloud.Sample.LoseRegion();

        var made = await cloud.Aks.PlanAsync(AksCloud.Elsewhere, profile, AksCloud.Origin, default);
        await cloud.Aks.CreateAsync(made, default);

        Assert.Equal(NewClusterStage.Ready, (await LookAsync()).Stage);
    }

    private Task<NewClusterState> LookAsync() => cloud.Aks.LookAsync(plan, default);

    private async Task<List<NewClusterStage>> StagesAsync(int looks)
    {
        var stages = new List<NewClusterStage>();
        for (var i = 0; i < looks; i++)
            stages.Add((await LookAsync()).Stage);
        return stages;
    }
}
