using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using k8s;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>The same request, sent as a kubeconfig says by either client: a list of namespaces.</summary>
internal static class BothClients
{
    /// <summary>A server's answer to it.</summary>
    public const string NoNamespaces = """{"apiVersion":"v1","kind":"NamespaceList","metadata":{},"items":[]}""";

    private const string Path = "/api/v1/namespaces";

    /// <param name="requests">Sent at the same time, by one client.</param>
    public static async Task AskWithHoldfastAsync(string kubeconfig, int requests = 1)
    {
        var endpoint = Kubeconfig.Load(kubeconfig, new Dictionary<string, string>()).Resolve(null, TimeProvider.System).Endpoint;
        using var connection = new ClusterConnection(endpoint with { Patience = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => connection.GetAsync(Path, default)));
    }

    /// <inheritdoc cref="AskWithHoldfastAsync"/>
    public static async Task AskWithKubernetesClientAsync(string kubeconfig, int requests = 1)
    {
        using var client = new Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(kubeconfig)));
        await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => client.CoreV1.ListNamespaceAsync()));
    }
}
