using System.Net;
using Holdfast.TestKit.Faults;
using k8s.Autorest;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>Credentials from an exec plugin (a real script), and what either client does with them.</summary>
public sealed class PluginWitnessTests : IDisposable
{
    private readonly WitnessFolder folder = new();

    [Fact]
    public async Task Both_send_the_token_that_the_plugin_prints_and_give_it_its_environment()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = Kubeconfig(server, Credential("of-$MODE"), ", env: [{name: MODE, value: quiet}]");

        await BothClients.AskWithHoldfastAsync(kubeconfig);
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal(["Bearer of-quiet", "Bearer of-quiet"], Tokens(server));
    }

    [Fact]
    public async Task Arguments_Holdfast_passes_them_as_they_are_and_KubernetesClient_splits_them_at_blanks()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = Kubeconfig(server, Credential("$#-$1"), ", args: ['a b']");

        await BothClients.AskWithHoldfastAsync(kubeconfig);
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal(["Bearer 1-a b", "Bearer 2-a"], Tokens(server));
    }

    [Fact]
    public async Task Exit_code_Holdfast_refuses_what_a_failed_plugin_printed_and_KubernetesClient_sends_it()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = Kubeconfig(server, Credential("stale") + "\nexit 3");

        await Assert.ThrowsAsync<ClusterException>(() => BothClients.AskWithHoldfastAsync(kubeconfig));
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal(["Bearer stale"], Tokens(server));
    }

    [Fact]
    public async Task Runs_Holdfast_runs_the_plugin_once_for_requests_at_the_same_time_and_KubernetesClient_more_often()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = Kubeconfig(server, Credential("t0ken"));

        await BothClients.AskWithHoldfastAsync(kubeconfig, requests: 10);
        Assert.Equal(1, folder.Runs());
        await BothClients.AskWithKubernetesClientAsync(kubeconfig, requests: 10);

        // Once while it resolves the kubeconfig, and again for each request that finds no token yet.
        Assert.InRange(folder.Runs(), 2, 11);
    }

    [Fact]
    public async Task Renewal_Holdfast_fetches_another_token_after_401_and_KubernetesClient_gives_up()
    {
        await using var forHoldfast = await StartAsync(Sequence(Json(401, "{}"), Json(200, BothClients.NoNamespaces)));
        await using var forKubernetesClient = await StartAsync(Sequence(Json(401, "{}"), Json(200, BothClients.NoNamespaces)));
        var numbered = Credential($"t0ken-$(($(wc -l < {folder.PathOf("runs")})))");

        await BothClients.AskWithHoldfastAsync(Kubeconfig(forHoldfast, numbered));
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() =>
            BothClients.AskWithKubernetesClientAsync(Kubeconfig(forKubernetesClient, numbered))
        );

        Assert.Equal(["Bearer t0ken-1", "Bearer t0ken-2"], Tokens(forHoldfast));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Response.StatusCode);
        Assert.Single(forKubernetesClient.Requests);
    }

    [Fact]
    public async Task Exceptions_of_KubernetesClient_carry_the_token_and_those_of_Holdfast_do_not()
    {
        await using var server = await StartAsync(Json(403, "{}"));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}", "token: s3cret");

        var ours = await Assert.ThrowsAsync<ClusterException>(() => BothClients.AskWithHoldfastAsync(kubeconfig));
        var theirs = await Assert.ThrowsAsync<HttpOperationException>(() => BothClients.AskWithKubernetesClientAsync(kubeconfig));

        Assert.DoesNotContain("s3cret", ours.ToString(), StringComparison.Ordinal);
        Assert.Contains("Bearer s3cret", theirs.Request.Headers["Authorization"]);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A line of shell that prints this token; variables in it are the shell's.</summary>
    private static string Credential(string token) =>
        $$"""
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"} }' "{{token}}"
            """;

    private static IEnumerable<string> Tokens(StubServer server) => server.Requests.Select(r => r.Headers["Authorization"]);

    private string Kubeconfig(StubServer server, string plugin, string more = "") =>
        folder.WriteKubeconfig(
            $"server: {server.Url}",
            $"exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: {folder.WritePlugin(plugin)}{more}}}"
        );
}
