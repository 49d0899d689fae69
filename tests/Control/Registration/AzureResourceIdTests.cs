using Holdfast.Control.Registration;

namespace Holdfast.Control.Tests.Registration;

public sealed class AzureResourceIdTests
{
    private const string Cluster =
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Prod/providers/Microsoft.ContainerService/managedClusters/west";

    [Fact]
    public void An_id_says_where_a_resource_is_and_what_it_is()
    {
        var id = AzureResourceId.Parse(Cluster);
        var pool = AzureResourceId.Parse($"{Cluster}/agentPools/one");

        Assert.Equal(("11111111-2222-3333-4444-555555555555", "Prod", "west"), (id.Subscription, id.ResourceGroup, id.Name));
        Assert.Equal("Microsoft.ContainerService/managedClusters", id.Type);
        Assert.Equal(("Microsoft.ContainerService/managedClusters/agentPools", "one"), (pool.Type, pool.Name));
        Assert.Equal("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Prod", id.GroupPath);
    }

    [Fact]
    public void Azure_writes_the_same_id_in_several_cases()
    {
        var id = AzureResourceId.Parse(Cluster);
        var other = AzureResourceId.Parse(Cluster.Replace("resourceGroups/Prod", "resourcegroups/prod", StringComparison.Ordinal));

        Assert.Equal(id, other);
        Assert.Equal(id.GetHashCode(), other.GetHashCode());
        Assert.True(other.IsOf("microsoft.containerservice/ManagedClusters"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("prod")]
    [InlineData("/subscriptions/x/resourceGroups/a/providers/b/c/d")]
    [InlineData("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a/providers/b/c")]
    [InlineData("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a/providers/b/c/d/e")]
    [InlineData("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/../providers/b/c/d")]
    [InlineData("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a/providers/b/c/d?x=1")]
    [InlineData("https://example.org/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a/providers/b/c/d")]
    public void What_is_no_id_or_would_lead_elsewhere_in_a_url_is_refused(string text) =>
        Assert.False(AzureResourceId.TryParse(text, out _));
}
