using Holdfast.Cli.Connections;

namespace Holdfast.Cli.Tests.Connections;

public sealed class DefaultClusterNameTests
{
    [Theory]
    [InlineData("prod", "prod")]
    [InlineData("Prod_EU.1", "prod-eu-1")]
    [InlineData("gke_my-project_europe-west1_blue", "gke-my-project-europe-west1-blue")]
    [InlineData("https://10.0.0.1:6443", "https-10-0-0-1-6443")]
    [InlineData("--a--", "a")]
    public void A_kubeconfig_entry_becomes_a_dns_label(string entry, string name) =>
        Assert.Equal(name, DefaultClusterName.For(entry).ToString());

    [Fact]
    public void Long_entries_that_begin_alike_get_different_names_of_at_most_63_characters()
    {
        var (blue, green) = (
            DefaultClusterName.For(new string('a', 80) + "-blue").ToString(),
            DefaultClusterName.For(new string('a', 80) + "-green").ToString()
        );

        Assert.NotEqual(blue, green);
        Assert.All([blue, green], n => Assert.InRange(n.Length, 1, 63));
    }

    [Theory]
    [InlineData(""), InlineData("../.."), InlineData("ünïcode"), InlineData("日本")]
    public void Any_entry_gives_a_name_and_always_the_same_one(string entry) =>
        Assert.Equal(DefaultClusterName.For(entry), DefaultClusterName.For(entry));
}
