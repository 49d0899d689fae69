using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>A kubeconfig that was given as text, from a secret store: it must not access this machine's files.</summary>
public sealed class KubeconfigTextTests
{
    private const string Origin = "the secret prod of https://acme.vault.azure.net";

    [Fact]
    public async Task It_is_read_as_a_file_is()
    {
        var target = Resolve("server: https://c.example", "token: abc");

        Assert.Equal(("x", "c", new Uri("https://c.example")), (target.Context, target.ClusterEntry, target.Endpoint.Server));
        Assert.Equal("abc", await target.Endpoint.Token!(false, default));
    }

    [Theory]
    [InlineData(
        "server: https://c.example, certificate-authority: /etc/ssl/ca.crt",
        "token: abc",
        "clusters[c].cluster.certificate-authority"
    )]
    [InlineData("server: https://c.example", "tokenFile: /proc/self/environ", "users[u].user.tokenFile")]
    [InlineData("server: https://c.example", "client-certificate: a.crt, client-key: a.key", "users[u].user.client-key")]
    public void It_names_no_files(string cluster, string user, string place)
    {
        var error = Assert.Throws<KubeconfigException>(() => Resolve(cluster, user));

        Assert.Contains($"{Origin}:", error.Message);
        Assert.Contains(place, error.Message);
        Assert.Contains("--flatten", error.Message);
    }

    [Fact]
    public void It_runs_no_programs()
    {
        var error = Assert.Throws<KubeconfigException>(() =>
            Resolve("server: https://c.example", "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [s3cr3t]}")
        );

        Assert.Contains("runs the program 'aws'", error.Message);
        Assert.DoesNotContain("s3cr3t", error.Message);
    }

    [Fact]
    public async Task A_substitute_replaces_a_program()
    {
        var target = Resolve(
            "server: https://c.example",
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin}",
            _ => (_, _) => new("substituted")
        );

        Assert.Equal("substituted", await target.Endpoint.Token!(false, default));
    }

    [Theory]
    [InlineData("s3cr3t"), InlineData("[s3cr3t]"), InlineData("a: {s3cr3t")]
    public void Text_that_is_not_a_kubeconfig_is_reported_and_not_quoted(string text)
    {
        var error = Assert.Throws<KubeconfigException>(() => Kubeconfig.Parse(text, Origin));

        Assert.Contains(Origin, error.Message);
        Assert.DoesNotContain("s3cr3t", error.Message);
        Assert.DoesNotContain("--kubeconfig", error.Message);
    }

    private static KubeconfigTarget Resolve(string cluster, string user, Func<ExecSpec, TokenSource?>? substitute = null) =>
        Kubeconfig
            .Parse(
                $$"""
                current-context: x
                contexts: [{name: x, context: {cluster: c, user: u} }]
                clusters: [{name: c, cluster: { {{cluster}} } }]
                users: [{name: u, user: { {{user}} } }]
                """,
                Origin
            )
            .Resolve(null, TimeProvider.System, substitute);
}
