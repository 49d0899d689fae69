using System.Text;
using Holdfast.Archive.Format.Documents;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

/// <summary>What a point says of the AKS cluster that it is of.</summary>
public sealed class AksInfrastructureTests : IAsyncLifetime
{
    private AksCloud cloud = null!;

    public async Task InitializeAsync() => cloud = await AksCloud.StartAsync();

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    [Fact]
    public async Task The_cluster_its_pools_and_the_addresses_of_its_load_balancers_are_in_the_profile()
    {
        var profile = await cloud.ProfileAsync();

        Assert.Equal(
            ("aks", "westeurope", "1.33.1", SampleAks.Id),
            (profile.Provider, profile.Region, profile.KubernetesVersion, profile.ResourceId)
        );
        Assert.Equal(
            [
                "Microsoft.ContainerService/managedClusters prod",
                "Microsoft.ContainerService/managedClusters/agentPools system",
                "Microsoft.ContainerService/managedClusters/agentPools work",
                "Microsoft.Network/publicIPAddresses kubernetes-web",
                "Microsoft.Network/publicIPAddresses outbound",
            ],
            profile.Resources.Select(r => $"{r.Type} {r.Id.Split('/')[^1]}").Order(StringComparer.Ordinal)
        );
        Assert.All(
            profile.Resources,
            r => Assert.Equal(r.Type.StartsWith("Microsoft.Network", StringComparison.Ordinal) ? "2024-05-01" : "2025-08-01", r.ApiVersion)
        );
    }

    [Fact]
    public async Task No_secret_is_in_the_profile_which_says_what_it_leaves_out()
    {
        var profile = await cloud.ProfileAsync();
        var text = Encoding.UTF8.GetString(InfrastructureDocument.ToPlain(profile));

        Assert.All(SampleAks.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(
            [
                $"{SampleAks.Id} properties.addonProfiles.monitor.config.apiToken",
                $"{SampleAks.Id} properties.addonProfiles.monitor.config.url",
                $"{SampleAks.Id} properties.httpProxyConfig.httpProxy",
            ],
            profile.LeftOut.Order(StringComparer.Ordinal)
        );
        Assert.Contains("\"enableSecretRotation\":\"true\"", text, StringComparison.Ordinal);
        Assert.Contains("http://proxy.example.org:3128/", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_that_may_not_be_read_are_missing_and_the_rest_is_there()
    {
        cloud.Sample.Server.Faults.Refuse(
            r => r.Id.Type == PublicAddresses.TypeName,
            ArmException.Forbidden("Microsoft.Network/publicIPAddresses/read", "the group")
        );

        var reading = await cloud.Aks.ReadAsync(AksCloud.Registered, default);

        Assert.Contains("Microsoft.Network/publicIPAddresses/read", reading!.Missing, StringComparison.Ordinal);
        Assert.Equal(3, reading.Profile.Resources.Length);
    }

    [Fact]
    public async Task A_cluster_that_is_gone_or_may_not_be_read_is_a_failure_that_says_so()
    {
        var gone = AksCloud.Registered with { Azure = new() { ResourceId = AzureResourceId.Parse(SampleAks.Id + "2") } };
        Assert.Equal(CloudFailure.NotFound, (await FailureAsync(gone)).Failure);

        cloud.Sample.Server.Faults.Refuse(_ => true, ArmException.Forbidden("Microsoft.ContainerService/managedClusters/read", "prod"));
        var forbidden = await FailureAsync(AksCloud.Registered);

        Assert.Equal(CloudFailure.Forbidden, forbidden.Failure);
        Assert.Contains("managedClusters/read", forbidden.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_that_names_no_resource_of_Azure_has_nothing_to_read()
    {
        Assert.Null(await cloud.Aks.ReadAsync(AksCloud.Registered with { Azure = null }, default));
        Assert.Empty(cloud.Sample.Server.Requests);
    }

    private Task<CloudException> FailureAsync(ClusterRegistration cluster) =>
        Assert.ThrowsAsync<CloudException>(() => cloud.Aks.ReadAsync(cluster, default));
}
