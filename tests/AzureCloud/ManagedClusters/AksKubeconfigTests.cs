using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.Clusters;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

/// <summary>The kubeconfig that AKS gives the app of a cluster.</summary>
public sealed class AksKubeconfigTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private AksCloud cloud = null!;
    private AksKubeconfig kubeconfig = null!;
    private string given = "the kubeconfig";

    public async Task InitializeAsync()
    {
        cloud = await AksCloud.StartAsync();
        cloud.Sample.Clusters.KubeconfigOf = _ => given;
        kubeconfig = new(cloud.Client, AzureResourceId.Parse(SampleAks.Id), "clusters/prod.json", time);
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    private int Asked => cloud.Sample.Server.Requests.Count;

    [Fact]
    public async Task It_is_asked_for_once_by_many_and_kept_for_five_minutes()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => kubeconfig.GetAsync(renew: false, default).AsTask()));
        time.Advance(TimeSpan.FromMinutes(4));
        var later = await kubeconfig.GetAsync(renew: false, default);
        Assert.Equal(1, Asked);
        time.Advance(TimeSpan.FromMinutes(2));
        var again = await kubeconfig.GetAsync(renew: false, default);

        Assert.All(all, text => Assert.Same(later, text));
        Assert.Same(later, again);
        Assert.Equal(2, Asked);
    }

    [Fact]
    public async Task One_that_the_cluster_refuses_is_asked_for_again_but_not_at_once()
    {
        await kubeconfig.GetAsync(renew: false, default);
        given = "another";

        Assert.Equal("the kubeconfig", await kubeconfig.GetAsync(renew: true, default));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("another", await kubeconfig.GetAsync(renew: true, default));
    }

    [Fact]
    public async Task What_is_missing_is_said_and_it_is_tried_again_the_next_time()
    {
        const string Action = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action";
        cloud.Sample.Server.Faults.Refuse(_ => true, ArmException.Forbidden(Action, SampleAks.Id), times: 1);

        var refused = await Assert.ThrowsAsync<ClusterException>(async () => await kubeconfig.GetAsync(renew: false, default));

        Assert.Equal((ClusterFailure.NotAuthenticated, false), (refused.Failure, refused.IsTransient));
        Assert.Contains(Action, refused.Message, StringComparison.Ordinal);
        Assert.Equal("the kubeconfig", await kubeconfig.GetAsync(renew: false, default));
    }
}
