using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>
/// YAML that is valid but unusual in kubeconfigs. The files aren't trusted: none of them may crash the process or be quoted in a message.
/// </summary>
public sealed class KubeconfigYamlTests
{
    private const string Origin = "the secret prod of https://acme.vault.azure.net";

    [Theory]
    [InlineData("users: []\ncurrent-context: s3cr3t\nusers: []\n", 3)]
    [InlineData("""{"current-context": "x", "current-context": "s3cr3t"}""", 1)]
    [InlineData("users: []\nclusters: *s3cr3t\n", 1)] // YamlDotNet has no place for an unknown alias
    [InlineData("users:\n\t- s3cr3t\n", 1)]
    [InlineData("users: [s3cr3t\n", 2)]
    public void Duplicate_keys_unknown_aliases_and_broken_YAML_are_refused_with_their_line(string text, int line)
    {
        var refused = Assert.Throws<KubeconfigException>(() => Kubeconfig.Parse(text, Origin));

        Assert.Matches($"{Origin}:{line}: is not valid YAML.* at column [0-9]+", refused.Message);
        Assert.DoesNotContain("s3cr3t", refused.Message);
    }

    /// <summary>A million levels would crash a recursive parser.</summary>
    [Theory]
    [InlineData(120), InlineData(1_000_000)]
    public void Nesting_deeper_than_any_kubeconfigs_is_refused(int levels)
    {
        var text = $"users: {new string('[', levels)}{new string(']', levels)}";

        Assert.Contains("nests deeper than 100 levels", Assert.Throws<KubeconfigException>(() => Kubeconfig.Parse(text, Origin)).Message);
    }

    [Fact]
    public async Task Anchors_and_aliases_are_followed()
    {
        var target = Kubeconfig
            .Parse(
                """
                current-context: &name x
                contexts: [{name: *name, context: {cluster: *name, user: *name}}]
                clusters: [{name: *name, cluster: {server: https://c.example}}]
                users: [{name: *name, user: {token: abc}}]
                """,
                Origin
            )
            .Resolve(null, TimeProvider.System, null);

        Assert.Equal("abc", await target.Endpoint.Token!(false, default));
    }

    [Fact]
    public async Task A_token_of_megabytes_is_read_whole()
    {
        var token = new string('t', 4 << 20);
        var target = Kubeconfig
            .Parse(
                $$"""
                current-context: x
                contexts: [{name: x, context: {cluster: x, user: x} }]
                clusters: [{name: x, cluster: {server: https://c.example} }]
                users: [{name: x, user: { token: {{token}} } }]
                """,
                Origin
            )
            .Resolve(null, TimeProvider.System, null);

        Assert.Equal(token, await target.Endpoint.Token!(false, default));
    }
}
