using Holdfast.Clusters.Kubeconfigs;
using k8s;
using k8s.Exceptions;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>Lists of files in KUBECONFIG, which KubernetesClient takes from the process' environment alone.</summary>
public sealed class MergeWitnessTests : IDisposable
{
    private const string Variable = "KUBECONFIG";

    private readonly WitnessFolder folder = new();
    private readonly string? before = Environment.GetEnvironmentVariable(Variable);

    [Fact]
    public void Both_take_the_first_current_context_and_the_first_definition_of_a_name()
    {
        var list = List(
            folder.WriteKubeconfig("server: https://one.example", "token: one", "one"),
            folder.WriteKubeconfig("server: https://two.example", "token: two", "two")
        );

        Assert.Equal(("one", "https://one.example/"), WithHoldfast(list));
        Assert.Equal(("one", "https://one.example/"), WithKubernetesClient(list));
    }

    [Fact]
    public void Missing_file_Holdfast_skips_it_as_kubectl_does_and_KubernetesClient_refuses_the_list()
    {
        var list = List(folder.PathOf("missing"), folder.WriteKubeconfig("server: https://one.example", "token: one", "one"));

        Assert.Equal(("one", "https://one.example/"), WithHoldfast(list));
        var refused = Assert.Throws<KubeConfigException>(() => WithKubernetesClient(list));
        Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, before);
        folder.Dispose();
    }

    private static string List(params string[] files) => string.Join(Path.PathSeparator, files);

    private static (string Context, string Server) WithHoldfast(string list)
    {
        var target = Kubeconfig.Load(null, new Dictionary<string, string> { [Variable] = list }).Resolve(null, TimeProvider.System);
        return (target.Context, target.Endpoint.Server.ToString());
    }

    private static (string Context, string Server) WithKubernetesClient(string list)
    {
        Environment.SetEnvironmentVariable(Variable, list);
        var config = KubernetesClientConfiguration.BuildDefaultConfig();
        return (config.CurrentContext, new Uri(config.Host).ToString());
    }
}
