using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

public sealed class KubeconfigMergeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_first_definition_of_a_name_and_the_first_current_context_win()
    {
        var list = string.Join(
            Path.PathSeparator,
            folder.Write("a", Config("red", "https://a.example", current: null)),
            folder.Write("b", Config("red", "https://b.example", "red")),
            ""
        );

        var config = Kubeconfig.Load(null, Environment(("KUBECONFIG", list)));

        Assert.Equal("red", config.CurrentContext);
        Assert.Equal("a.example", config.Resolve(null, TimeProvider.System).Endpoint.Server.Host);
    }

    [Fact]
    public void A_context_may_find_its_cluster_and_user_in_other_files()
    {
        var contexts = folder.Write(
            "contexts",
            """
            contexts: [{name: mixed, context: {cluster: green, user: blue}}]
            """
        );
        var list = string.Join(
            Path.PathSeparator,
            folder.Write("a", Config("green", "https://g.example", "green")),
            folder.Write("b", Config("blue", "https://b.example", "blue")),
            contexts
        );

        var target = Kubeconfig.Load(null, Environment(("KUBECONFIG", list))).Resolve("mixed", TimeProvider.System);

        Assert.Equal("g.example", target.Endpoint.Server.Host);
        Assert.Equal("green", target.ClusterEntry);
    }

    [Fact]
    public void Missing_files_of_the_list_are_skipped()
    {
        var list = string.Join(Path.PathSeparator, folder.PathOf("missing"), folder.Write("a", Config("red", "https://a.example", "red")));

        Assert.Equal(["red"], Kubeconfig.Load(null, Environment(("KUBECONFIG", list))).Contexts);
    }

    [Fact]
    public void A_malformed_file_of_the_list_is_never_skipped()
    {
        var list = string.Join(
            Path.PathSeparator,
            folder.Write("a", Config("red", "https://a.example", "red")),
            folder.Write("b", "users: [")
        );

        var failure = Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(null, Environment(("KUBECONFIG", list))));

        Assert.Contains(folder.PathOf("b") + ":2", failure.Message);
    }

    [Fact]
    public void A_file_named_by_the_person_has_to_exist()
    {
        var failure = Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(folder.PathOf("missing"), Environment()));

        Assert.Contains(folder.PathOf("missing"), failure.Message);
        Assert.Contains("--kubeconfig", failure.Message);
    }

    [Fact]
    public void Without_KUBECONFIG_the_home_folders_file_is_read()
    {
        folder.Write(".kube/config", Config("home", "https://h.example", "home"));

        Assert.Equal("home", Kubeconfig.Load(null, Environment(("HOME", folder.PathOf("")))).CurrentContext);
    }

    [Fact]
    public async Task Without_any_file_a_pod_uses_its_service_account()
    {
        folder.Write("account/token", "t0ken\n");
        folder.Write("account/namespace", "holdfast");
        var environment = Environment(
            ("HOME", folder.PathOf("")),
            ("KUBERNETES_SERVICE_HOST", "fd00::1"),
            ("KUBERNETES_SERVICE_PORT", "443")
        );

        var config = Kubeconfig.Load(null, environment, folder.PathOf("account"));
        var target = config.Resolve(null, TimeProvider.System);

        Assert.Equal(["in-cluster"], config.Contexts);
        Assert.Equal(new Uri("https://[fd00::1]:443"), target.Endpoint.Server);
        Assert.Equal("holdfast", target.Namespace);
        Assert.Equal("t0ken", await target.Endpoint.Token!(false, default));
    }

    [Fact]
    public void Without_any_kubeconfig_the_message_names_the_places_that_were_searched()
    {
        var failure = Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(null, Environment(("HOME", folder.PathOf("")))));

        Assert.Contains(folder.PathOf(Path.Combine(".kube", "config")), failure.Message);
        Assert.Contains("--kubeconfig or KUBECONFIG", failure.Message);
    }

    public void Dispose() => folder.Dispose();

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);

    private static string Config(string name, string server, string? current) =>
        $$"""
            current-context: {{current}}
            clusters: [{name: {{name}}, cluster: {server: "{{server}}"} }]
            users: [{name: {{name}}, user: {token: of-{{name}} } }]
            contexts: [{name: {{name}}, context: {cluster: {{name}}, user: {{name}} } }]
            """;
}
