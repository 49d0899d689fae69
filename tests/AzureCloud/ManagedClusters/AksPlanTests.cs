using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.TestKit.Arm.Kubernetes;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

/// <summary>What Azure is asked for to make a cluster like the one that a point is of.</summary>
public sealed class AksPlanTests : IAsyncLifetime
{
    private AksCloud cloud = null!;

    public async Task InitializeAsync() => cloud = await AksCloud.StartAsync();

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    [Fact]
    public async Task What_only_Azure_decides_is_left_out_and_what_people_chose_stays()
    {
        var plan = await cloud.PlanAsync();
        var body = Body(plan);
        var properties = body["properties"]!;

        Assert.Equal("northeurope", (string?)body["location"]);
        Assert.Equal(
            ("production", "prod/20261122T053000Z-abcdef"),
            ((string?)body["tags"]!["tier"], (string?)body["tags"]!["holdfast-restore"])
        );
        Assert.Equal("Standard", (string?)body["sku"]!["tier"]);
        foreach (
            var member in new[]
            {
                "fqdn",
                "nodeResourceGroup",
                "provisioningState",
                "resourceUID",
                "servicePrincipalProfile",
                "identityProfile",
            }
        )
            Assert.Null(properties[member]);
        Assert.Equal("prod-dr", (string?)properties["dnsPrefix"]);
        Assert.Equal("10.244.0.0/16", (string?)properties["networkProfile"]!["podCidr"]);
        Assert.True((bool?)properties["aadProfile"]!["enableAzureRBAC"]);
        Assert.Null(properties["networkProfile"]!["loadBalancerProfile"]!["effectiveOutboundIPs"]);
        Assert.Null(properties["addonProfiles"]!["azureKeyvaultSecretsProvider"]!["identity"]);
        Assert.Null(properties["oidcIssuerProfile"]!["issuerURL"]);
    }

    [Fact]
    public async Task The_pools_are_as_they_were_but_for_their_networks_and_versions()
    {
        var plan = await cloud.PlanAsync();
        var pools = Body(plan)["properties"]!["agentPoolProfiles"]!.AsArray();

        Assert.Equal(["system", "work"], pools.Select(p => (string?)p!["name"]));
        Assert.All(
            pools,
            p =>
                Assert.EndsWith(
                    "/resourceGroups/dr/providers/Microsoft.Network/virtualNetworks/dr/subnets/nodes",
                    (string?)p!["vnetSubnetID"],
                    StringComparison.Ordinal
                )
        );
        Assert.All(pools, p => Assert.Equal("1.33.1", (string?)p!["orchestratorVersion"]));
        Assert.Equal(("work", 9), ((string?)pools[1]!["nodeLabels"]!["tier"], (int?)pools[1]!["maxCount"]));
        Assert.Equal(3 + 2, plan.Nodes);
    }

    [Fact]
    public async Task Networks_of_the_lost_region_that_nothing_stands_for_are_refused_all_at_once()
    {
        var refused = await Assert.ThrowsAsync<NewClusterException>(() => cloud.PlanAsync(AksCloud.Elsewhere with { Resources = null }));

        Assert.Equal(2, refused.Problems.Length);
        Assert.All(refused.Problems, p => Assert.Contains("/subnets/nodes", p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_identity_that_something_stands_for_is_replaced_and_one_that_stays_is_pointed_out()
    {
        var other = SampleAks.Identity.Replace("/resourceGroups/prod/", "/resourceGroups/dr/", StringComparison.Ordinal);
        var mapped = await cloud.PlanAsync(
            AksCloud.Elsewhere with
            {
                Resources = AksCloud.Elsewhere.Resources!.Add(SampleAks.Identity, other),
            }
        );
        var kept = await cloud.PlanAsync();

        Assert.Equal([other], Identities(mapped));
        Assert.Equal([SampleAks.Identity], Identities(kept));
        Assert.Contains(kept.Notes, n => n.Contains(SampleAks.Identity, StringComparison.Ordinal));

        static IEnumerable<string> Identities(NewClusterPlan plan) =>
            Body(plan)["identity"]!["userAssignedIdentities"]!.AsObject().Select(i => i.Key);
    }

    [Theory]
    [InlineData("1.33.1", null, "1.33.1", false)]
    [InlineData("1.33.0", null, "1.33.1", true)]
    [InlineData("1.33.9", null, "1.33.2", true)]
    [InlineData("1.30.4", null, "1.32.4", true)]
    [InlineData("1.35.0", null, "1.34.0", true)]
    [InlineData("1.33.1", "1.34.0", "1.34.0", false)]
    [InlineData("1.33.1", "1.32", "1.32.5", false)]
    public async Task The_version_is_the_points_or_the_asked_one_or_the_nearest_which_the_plan_tells(
        string captured,
        string? asked,
        string chosen,
        bool isNoted
    )
    {
        await using var other = await AksCloud.StartAsync(captured);

        var plan = await other.PlanAsync(AksCloud.Elsewhere with { KubernetesVersion = asked });

        Assert.Equal(chosen, plan.KubernetesVersion);
        Assert.Equal(isNoted, plan.Notes.Any(n => n.Contains("is the nearest", StringComparison.Ordinal)));
        Assert.Equal(chosen, (string?)Body(plan)["properties"]!["kubernetesVersion"]);
    }

    [Fact]
    public async Task Previews_and_versions_of_long_term_support_are_not_the_nearest()
    {
        cloud.Sample.Offered.Set("northeurope", "1.29.9", "1.33.0", "1.35.0");
        cloud.Sample.Offered.LongTerm.Add("1.33");
        cloud.Sample.Offered.Previews.Add("1.35");

        Assert.Equal("1.29.9", (await cloud.PlanAsync()).KubernetesVersion);
    }

    [Fact]
    public async Task A_version_that_the_region_does_not_offer_is_refused_with_those_that_it_does()
    {
        var refused = await Assert.ThrowsAsync<NewClusterException>(() =>
            cloud.PlanAsync(AksCloud.Elsewhere with { KubernetesVersion = "1.20.1" })
        );

        Assert.Contains("1.34.0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_request_is_said_at_once()
    {
        var request = AksCloud.Elsewhere with
        {
            Subscription = "prod",
            ResourceGroup = "a/b",
            Region = "../x",
            Resources = ImmutableSortedDictionary<string, string>.Empty.Add("subnet", "/subscriptions/x"),
        };

        var refused = await Assert.ThrowsAsync<NewClusterException>(() => cloud.PlanAsync(request));

        Assert.Equal(4, refused.Problems.Length);
    }

    [Fact]
    public async Task A_point_that_does_not_say_what_it_ran_on_needs_a_profile()
    {
        await Assert.ThrowsAsync<NewClusterException>(() => cloud.Aks.PlanAsync(AksCloud.Elsewhere, null, AksCloud.Origin, default));
    }

    [Fact]
    public async Task A_cluster_of_the_name_that_was_made_for_something_else_is_never_used()
    {
        var request = new NewClusterRequest { Name = ClusterName.Parse("prod") };

        var refused = await Assert.ThrowsAsync<NewClusterException>(() => cloud.PlanAsync(request));

        Assert.Contains(SampleAks.Id, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static JsonObject Body(NewClusterPlan plan) => JsonNode.Parse(plan.Body!.Value.GetRawText())!.AsObject();
}
