using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Microsoft.Extensions.Time.Testing;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>With real scripts: each run leaves a line in the file <c>runs</c>.</summary>
public sealed class ExecPluginTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_plugin_beside_the_kubeconfig_gives_the_token_and_is_run_once()
    {
        Script(Credential("tok-$N"));

        var token = Resolve().Token!;

        Assert.Equal("tok-1", await token(false, default));
        Assert.Equal("tok-1", await token(false, default));
        Assert.Equal(1, Runs);
    }

    [Fact]
    public async Task Requests_at_the_same_time_wait_for_one_run()
    {
        Script(Credential("tok-$N"));
        var token = Resolve().Token!;

        var tokens = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => token(false, default).AsTask()));

        Assert.All(tokens, t => Assert.Equal("tok-1", t));
        Assert.Equal(1, Runs);
    }

    [Fact]
    public async Task An_expired_credential_is_fetched_again_a_little_before_its_time()
    {
        Script(Credential("tok-$N", """, "expirationTimestamp": "2026-11-22T06:30:00Z" """));
        var token = Resolve().Token!;

        await token(false, default);
        time.SetUtcNow(new(2026, 11, 22, 6, 29, 49, TimeSpan.Zero));
        Assert.Equal("tok-1", await token(false, default));
        time.SetUtcNow(new(2026, 11, 22, 6, 29, 51, TimeSpan.Zero));

        Assert.Equal("tok-2", await token(false, default));
    }

    [Fact]
    public async Task A_refused_token_has_the_plugin_run_again()
    {
        Script(Credential("tok-$N"));
        await using var server = await StartAsync(context =>
            Json(context.Request.Headers.Authorization == "Bearer tok-2" ? 200 : 401, "{}")(context)
        );
        using var connection = new ClusterConnection(Resolve($"server: {server.Url}"), TimeProvider.System);

        await connection.GetAsync("/api", default);

        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task Arguments_and_environment_reach_the_plugin()
    {
        Script(Credential("$1/$2/$MODE"));

        Assert.Equal(
            "get-token/a b/quiet",
            await Resolve(more: "  args: [get-token, a b]\n  env: [{name: MODE, value: quiet}]").Token!(false, default)
        );
    }

    [Fact]
    public async Task A_plugin_that_asks_for_cluster_information_gets_it()
    {
        Script($"printf '%s' \"$KUBERNETES_EXEC_INFO\" > {folder.PathOf("info")}\n{Credential("x")}");
        using var authority = TestAuthority.Create();
        var pem = authority.Certificate.ExportCertificatePem();
        var cluster = $$"""
            server: https://c.example:6443
            certificate-authority: {{folder.Write("ca.crt", pem)}}
            tls-server-name: api
            extensions:
            - name: client.authentication.k8s.io/exec
              extension: {audience: prod, "ttl": 5, nested: [true, "5", null]}
            """;

        await Resolve(cluster, "  provideClusterInfo: true").Token!(false, default);

        using var info = JsonDocument.Parse(await File.ReadAllTextAsync(folder.PathOf("info")));
        Assert.Equal("client.authentication.k8s.io/v1", info.RootElement.GetProperty("apiVersion").GetString());
        var spec = info.RootElement.GetProperty("spec");
        Assert.False(spec.GetProperty("interactive").GetBoolean());
        Assert.Equal("https://c.example:6443", spec.GetProperty("cluster").GetProperty("server").GetString());
        Assert.Equal("api", spec.GetProperty("cluster").GetProperty("tls-server-name").GetString());
        Assert.Equal(
            pem,
            System.Text.Encoding.UTF8.GetString(spec.GetProperty("cluster").GetProperty("certificate-authority-data").GetBytesFromBase64())
        );
        Assert.Equal(
            """{"audience":"prod","ttl":5,"nested":[true,"5",null]}""",
            spec.GetProperty("cluster").GetProperty("config").GetRawText()
        );
    }

    [Fact]
    public async Task A_plugin_that_did_not_ask_gets_no_cluster_information()
    {
        Script($"printf '%s' \"$KUBERNETES_EXEC_INFO\" > {folder.PathOf("info")}\n{Credential("x")}");

        await Resolve().Token!(false, default);

        Assert.Equal(
            """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}""",
            await File.ReadAllTextAsync(folder.PathOf("info"))
        );
    }

    [Fact]
    public async Task A_plugin_may_give_a_client_certificate()
    {
        using var authority = TestAuthority.Create();
        using var client = authority.ForClient("jane");
        var document = JsonSerializer.Serialize(
            new
            {
                apiVersion = "client.authentication.k8s.io/v1",
                kind = "ExecCredential",
                status = new
                {
                    clientCertificateData = client.ExportCertificatePem(),
                    clientKeyData = client.GetRSAPrivateKey()!.ExportRSAPrivateKeyPem(),
                },
            }
        );
        Script($"cat {folder.Write("credential", document)}");
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1"]), askForClientCertificate: true);
        using var connection = new ClusterConnection(
            Resolve($"server: {server.Url}\ncertificate-authority: {folder.Write("ca.crt", authority.Certificate.ExportCertificatePem())}"),
            TimeProvider.System
        );

        await connection.GetAsync("/api", default);
        await connection.GetAsync("/api", default);

        Assert.All(server.Requests, r => Assert.Equal("CN=jane", r.ClientCertificate?.Subject));
        Assert.Equal(1, Runs);
    }

    [Theory]
    [InlineData("exit 3", "failed with exit code 3")]
    [InlineData("echo 's3cret not JSON'", "isn't an ExecCredential document")]
    [InlineData(
        """echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"s3cret"}}'""",
        "answers in version 'client.authentication.k8s.io/v1beta1'"
    )]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token nor a client certificate")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","token":"s3cret"}'""", "printed no credentials")]
    [InlineData(
        """echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"s3cret","expirationTimestamp":"soon"}}'""",
        "isn't a date"
    )]
    public async Task A_failing_plugin_is_named_and_never_quoted(string body, string expected)
    {
        Script(body);

        var failure = await Assert.ThrowsAsync<ClusterException>(async () => await Resolve().Token!(false, default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains(expected, failure.Message);
        Assert.Contains(folder.PathOf("login"), failure.Message);
        Assert.Contains("user 'u'", failure.Message);
        Assert.DoesNotContain("s3cret", failure.ToString());
    }

    [Fact]
    public async Task A_missing_plugin_is_reported_with_its_install_hint()
    {
        var failure = await Assert.ThrowsAsync<ClusterException>(async () =>
            await Resolve(more: "  installHint: Get it from example.com").Token!(false, default)
        );

        Assert.Contains("Get it from example.com", failure.Message);
    }

    [Fact]
    public async Task Cancelling_ends_the_plugin()
    {
        Script($"echo $$ > {folder.PathOf("pid")}\nexec sleep 1000");
        using var cancel = new CancellationTokenSource();
        var pending = Resolve().Token!(false, cancel.Token).AsTask();
        while (!File.Exists(folder.PathOf("pid")) || new FileInfo(folder.PathOf("pid")).Length == 0)
            await Task.Yield();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);

        var pid = int.Parse(await File.ReadAllTextAsync(folder.PathOf("pid")));
        for (var i = 0; i < 1_000 && IsAlive(pid); i++)
            await Task.Delay(10); // a killed process may exist for a moment longer
        Assert.False(IsAlive(pid), "the plugin still runs");
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z");
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Fact]
    public async Task A_caller_can_give_the_tokens_itself()
    {
        var endpoint = TestKubeconfig.Resolve(
            folder,
            "server: https://c.example",
            User("  args: [get-token, --server-id, abc]"),
            time,
            spec => spec.Arguments.Contains("abc") ? (_, _) => new("from elsewhere") : null
        );

        Assert.Equal("from elsewhere", await endpoint.Endpoint.Token!(false, default));
        Assert.Equal(0, Runs);
    }

    [Fact]
    public async Task A_token_in_the_file_is_used_instead_of_the_plugin()
    {
        Script(Credential("from the plugin"));

        var endpoint = TestKubeconfig.Resolve(folder, "server: https://c.example", "token: t0ken\n" + User(""), time).Endpoint;

        Assert.Equal("t0ken", await endpoint.Token!(false, default));
    }

    public void Dispose() => folder.Dispose();

    private int Runs => File.Exists(folder.PathOf("runs")) ? File.ReadAllLines(folder.PathOf("runs")).Length : 0;

    private static string Credential(string token, string more = "") =>
        $$"""
            cat <<END
            {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "{{token}}"{{more}} } }
            END
            """;

    private static string User(string more) =>
        $"exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: ./login\n  interactiveMode: Never\n{more}";

    private void Script(string body) =>
        folder.WriteScript("login", $"echo run >> {folder.PathOf("runs")}\nN=$(wc -l < {folder.PathOf("runs")} | tr -d ' ')\n{body}");

    private ClusterEndpoint Resolve(string cluster = "server: https://c.example", string more = "") =>
        TestKubeconfig.Resolve(folder, cluster, User(more), time).Endpoint;
}
