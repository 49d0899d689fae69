using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Opening;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Protection.Control;
using Holdfast.Protection.Registration;
using Holdfast.Simulator;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AzureCloud.Tests.Opening;

public sealed class RegisteredClustersTests : IAsyncLifetime, IDisposable
{
    private const string KeyVault = """{ "keyVault": { "vault": "https://acme.vault.azure.net", "secret": "prod-west", "holds": "HOLDS" } }""";
    private static readonly ClusterName Name = ClusterName.Parse("prod-west");

    private readonly MemoryDocuments control = new();
    private readonly ScriptedVault vault = new();
    private readonly FakeTimeProvider time = new(SamplePoint.Time);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-opening-");
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await SimulatedCluster.StartAsync(new(), default);

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public void Dispose() => vault.Dispose();

    [Fact]
    public async Task A_token_in_Key_Vault_opens_the_cluster_and_is_read_once()
    {
        vault.Secret = cluster.Token + "\n";
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await using var clusters = Clusters();

        Assert.Equal("prod-west", await UseAsync(clusters, "prod-west"));
        await UseAsync(clusters);

        Assert.Equal(1, vault.Reads);
        Assert.Equal(["/secrets/prod-west"], vault.Paths);
    }

    [Fact]
    public async Task A_token_that_was_replaced_in_Key_Vault_is_fetched_when_the_cluster_refuses_the_old_one()
    {
        vault.Secret = cluster.Token;
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await using var clusters = Clusters();
        vault.Secret = "old";
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));
        (vault.Secret, vault.Version) = (cluster.Token, "2");
        time.Advance(TimeSpan.FromMinutes(1));

        await UseAsync(clusters);
    }

    [Fact]
    public async Task A_kubeconfig_in_Key_Vault_needs_no_endpoint_in_the_registration()
    {
        vault.Secret = cluster.Kubeconfig();
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        await UseAsync(clusters);

        Assert.Equal(cluster.Server, (await clusters.OpenAsync(Name, default)).Server);
        Assert.Equal(1, vault.Reads);
    }

    [Fact]
    public async Task One_connection_is_kept_until_the_registration_is_edited()
    {
        vault.Secret = cluster.Token;
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await using var clusters = Clusters();
        var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => clusters.OpenAsync(Name, default))));

        Assert.Single(opened.Distinct());
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        var second = await clusters.OpenAsync(Name, default);

        Assert.NotSame(opened[0], second);
        await opened[0].GetAsync("/version", default); // what still works with the old one goes on
    }

    [Fact]
    public async Task A_new_version_of_a_kubeconfig_secret_makes_a_new_connection_and_the_same_version_does_not()
    {
        vault.Secret = cluster.Kubeconfig();
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpoint: false);
        await using var clusters = Clusters();
        var first = await clusters.OpenAsync(Name, default);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Same(first, await clusters.OpenAsync(Name, default));
        vault.Version = "2";
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.NotSame(first, await clusters.OpenAsync(Name, default));
        Assert.Equal(3, vault.Reads);
    }

    [Fact]
    public async Task A_connection_uses_a_kubeconfigs_new_token_when_the_old_one_is_refused_in_the_middle_of_the_work()
    {
        vault.Secret = cluster.Kubeconfig().Replace(cluster.Token, "old", StringComparison.Ordinal);
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpoint: false);
        await using var clusters = Clusters();
        var connection = await clusters.OpenAsync(Name, default);
        (vault.Secret, vault.Version) = (cluster.Kubeconfig(), "2");
        time.Advance(TimeSpan.FromMinutes(1));

        await connection.GetAsync("/version", default);
    }

    [Fact]
    public async Task A_replaced_connection_is_closed_after_half_an_hour()
    {
        vault.Secret = cluster.Token;
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await using var clusters = Clusters();
        var first = await clusters.OpenAsync(Name, default);
        await first.GetAsync("/version", default);
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await clusters.OpenAsync(Name, default);
        time.Advance(TimeSpan.FromMinutes(31));
        await clusters.OpenAsync(Name, default);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.GetAsync("/version", default));
    }

    [Fact]
    public async Task A_token_file_opens_the_cluster_and_is_read_again_when_it_is_refused()
    {
        var file = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(file, "old");
        await RegisterAsync($$"""{ "tokenFile": { "path": "{{file}}" } }""");
        await using var clusters = Clusters();
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));
        await File.WriteAllTextAsync(file, cluster.Token);

        await UseAsync(clusters);
    }

    [Fact]
    public async Task A_kubeconfig_file_opens_the_cluster_and_is_read_again_when_it_was_written()
    {
        var file = Path.Combine(folder.FullName, "config");
        await File.WriteAllTextAsync(file, cluster.Kubeconfig());
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = Clusters();
        var first = await clusters.OpenAsync(Name, default);
        Assert.Same(first, await clusters.OpenAsync(Name, default));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));

        Assert.NotSame(first, await clusters.OpenAsync(Name, default));
    }

    [Fact]
    public async Task Entra_ID_tokens_are_sent_as_the_app()
    {
        await RegisterAsync("""{ "entraId": {} }""");
        await using var clusters = Clusters();

        var told = await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));

        Assert.Equal(ClusterFailure.NotAuthenticated, told.Failure); // the simulator knows its own token only
        Assert.Contains("6dae42f8-4368-4678-94ff-3960e28e3630/.default", vault.Scopes);
        Assert.DoesNotContain("entra-token", told.ToString());
    }

    [Theory]
    [InlineData("--server-id, 11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555/.default")]
    [InlineData("--server-id=11111111-2222-3333-4444-555555555555, --login, azurecli", "11111111-2222-3333-4444-555555555555/.default")]
    [InlineData("get-token", "6dae42f8-4368-4678-94ff-3960e28e3630/.default")]
    public async Task A_kubeconfig_that_names_kubelogin_takes_the_tokens_of_the_apps_identity(string arguments, string scope)
    {
        vault.Secret = $$$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u} }]
            clusters: [{name: c, cluster: {server: "{{{cluster.Server}}}" } }]
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, args: [{{{arguments}}}] } } }]
            """;
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters)); // the simulator knows its own token only

        Assert.Contains(scope, vault.Scopes);
    }

    [Theory]
    [InlineData(403, "Forbidden", ClusterFailure.NotAuthenticated, "Key Vault Secrets User")]
    [InlineData(404, "SecretNotFound", ClusterFailure.NotAuthenticated, "no such secret")]
    [InlineData(429, "Throttled", ClusterFailure.Throttled, "too often")]
    [InlineData(503, "ServiceUnavailable", ClusterFailure.Unreachable, "try again")]
    public async Task What_Key_Vault_refuses_is_told_with_registration_vault_and_secret(int status, string code, ClusterFailure failure, string says)
    {
        vault.Answer = () => ScriptedVault.Refuse(status, code);
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"));
        await using var clusters = Clusters();

        var told = await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));

        Assert.Equal(failure, told.Failure);
        Assert.All(new[] { says, "clusters/prod-west.json", "https://acme.vault.azure.net", "the secret prod-west" }, part => Assert.Contains(part, told.Message, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("eyJ", told.Message);
    }

    [Fact]
    public async Task A_vault_that_cannot_be_reached_may_be_there_later()
    {
        vault.Answer = () => throw new HttpRequestException("no route");
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        Assert.True((await Assert.ThrowsAsync<ClusterException>(() => clusters.OpenAsync(Name, default))).IsTransient);
        vault.Answer = null;
        vault.Secret = cluster.Kubeconfig();
        await UseAsync(clusters);
    }

    [Theory]
    [InlineData("token", "apiVersion: v1\nkind: Config", "\"holds\": \"kubeconfig\"")]
    [InlineData("token", "", "is empty")]
    [InlineData("kubeconfig", "s3cr3t", "is no kubeconfig")]
    [InlineData("kubeconfig", "users: [s3cr3t", "not valid YAML")]
    [InlineData("kubeconfig", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: https://a}}]\nusers: [{name: u, user: {tokenFile: /etc/passwd}}]", "names a file")]
    [InlineData("kubeconfig", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: https://a, certificate-authority: /etc/shadow}}]\nusers: [{name: u, user: {token: s3cr3t}}]", "names a file")]
    [InlineData("kubeconfig", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: https://a}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: touch, args: [s3cr3t]}}}]", "runs the program 'touch'")]
    public async Task What_a_secret_may_not_hold_is_told_and_never_quoted(string holds, string secret, string says)
    {
        vault.Secret = secret;
        await RegisterAsync(KeyVault.Replace("HOLDS", holds), endpoint: holds == "token");
        await using var clusters = Clusters();

        var told = await Assert.ThrowsAnyAsync<Exception>(() => UseAsync(clusters));

        Assert.True(told is RegistrationException or ClusterException, told.ToString());
        Assert.Contains(says, told.Message);
        Assert.Contains("clusters/prod-west.json", told.Message);
        Assert.DoesNotContain("s3cr3t", told.ToString());
    }

    [Fact]
    public async Task A_kubeconfig_of_another_server_than_the_registered_one_is_refused()
    {
        vault.Secret = cluster.Kubeconfig();
        await RegisterAsync(KeyVault.Replace("HOLDS", "kubeconfig"), endpointIs: "https://other.acme.com");
        await using var clusters = Clusters();

        var told = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("https://other.acme.com", told.Message);
        Assert.Contains(cluster.Server.ToString().TrimEnd('/'), told.Message);
    }

    [Theory]
    [InlineData("""{ "tokenFile": { "path": "/proc/self/environ" } }""")]
    [InlineData("""{ "kubeconfig": { "path": "/var/run/secretsx/config" } }""")]
    public async Task A_file_outside_of_the_credential_folders_is_refused(string authentication)
    {
        await RegisterAsync(authentication);
        await using var clusters = new RegisteredClusters(control, new(), time);

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("/var/run/secrets/", refused.Message);
        Assert.Contains(RegistrationAccess.CredentialFoldersSetting, refused.Message);
    }

    [Theory]
    [InlineData("certificate-authority", "cluster"), InlineData("client-certificate", "user"), InlineData("client-key", "user"), InlineData("tokenFile", "user")]
    public async Task A_file_that_a_kubeconfig_names_elsewhere_is_refused_as_well(string field, string owner)
    {
        var line = $"{field}: /proc/self/environ";
        var file = owner == "cluster" ? await KubeconfigAsync(line) : await KubeconfigAsync(user: line);
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = new RegisteredClusters(control, vault.Access with { CredentialFolders = [folder.FullName] }, time);

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("/proc/self/environ", refused.Message);
        Assert.Contains(RegistrationAccess.CredentialFoldersSetting, refused.Message);
    }

    [Fact]
    public async Task A_program_is_run_only_where_a_setting_allows_it()
    {
        var ran = Path.Combine(folder.FullName, "ran");
        var file = await KubeconfigAsync(user: $$"""exec: { apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: touch, args: ["{{ran}}"] }""");
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = Clusters();
        await using var allowing = new RegisteredClusters(control, vault.Access with { Programs = true }, time);

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => UseAsync(clusters));
        Assert.Contains(RegistrationAccess.ProgramsSetting, refused.Message);
        Assert.False(File.Exists(ran));
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(allowing));

        Assert.True(File.Exists(ran));
    }

    [Theory]
    [InlineData("https://127.0.0.1:6443"), InlineData("https://localhost:6443"), InlineData("https://[::1]:6443"), InlineData("https://169.254.169.254")]
    [InlineData("https://[fe80::1]:6443"), InlineData("https://168.63.129.16"), InlineData("https://[::ffff:127.0.0.1]:6443"), InlineData("https://0.0.0.0:6443")]
    public async Task An_endpoint_on_this_machine_or_its_link_is_refused_and_the_setting_named(string endpoint)
    {
        vault.Secret = cluster.Token;
        await RegisterAsync(KeyVault.Replace("HOLDS", "token"), endpointIs: endpoint);
        await using var clusters = new RegisteredClusters(control, vault.Access with { LocalEndpoints = false }, time);

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.Equal(0, vault.Reads);
    }

    [Theory]
    [InlineData("https://127.0.0.1"), InlineData("https://localhost:8443"), InlineData("https://[::1]"), InlineData("https://169.254.169.254")]
    public async Task A_Key_Vault_on_this_machine_or_its_link_is_refused_and_the_setting_named(string url)
    {
        await RegisterAsync(KeyVault.Replace("HOLDS", "token").Replace(ScriptedVault.Url, url, StringComparison.Ordinal), endpointIs: "https://cluster.acme.com");
        await using var clusters = new RegisteredClusters(control, vault.Access with { LocalEndpoints = false }, time);

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.Equal(0, vault.Reads);
    }

    /// <summary>Whatever the vault's name led to when the registration was looked at.</summary>
    [Fact]
    public async Task A_Key_Vaults_name_that_leads_to_this_machine_is_not_connected_to()
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(200, "{}"));
        var secrets = new KeyVaultSecrets(vault.Access with { LocalEndpoints = false, SecretOptions = null }, TimeProvider.System);
        var secret = secrets.Of(new(new($"https://localhost:{server.Url.Port}"), "token", SecretContent.Token), "clusters/a.json");

        var refused = await Assert.ThrowsAsync<ClusterException>(async () => await secret.GetAsync(renew: false, default));

        Assert.Contains("'localhost' leads to", refused.Message);
        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Theory]
    [InlineData("server"), InlineData("proxy-url")]
    public async Task The_same_holds_for_the_server_and_the_proxy_of_a_kubeconfig(string field)
    {
        var file = await KubeconfigAsync(field == "server" ? "" : "server: https://cluster.example.org\nproxy-url: http://127.0.0.1:3128");
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = new RegisteredClusters(control, vault.Access with { LocalEndpoints = false }, time);

        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, (await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default))).Message);
    }

    [Fact]
    public async Task A_cluster_that_is_not_registered_or_whose_registration_is_broken_says_what_to_do()
    {
        await using var clusters = Clusters();
        var missing = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));
        await control.PutAsync(ControlPaths.Cluster(Name), "{ \"version\": 1, \"name\": \"prod-west\" }"u8.ToArray(), default);
        var broken = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("PUT /api/clusters/prod-west", missing.Message);
        Assert.Contains("$.authentication: is missing", broken.Message);
    }

    /// <summary>Writes a kubeconfig.</summary>
    /// <param name="cluster">Lines of the cluster's entry beside the simulated cluster's server, or instead of it.</param>
    /// <param name="user">Lines of the user's entry instead of a token.</param>
    private async Task<string> KubeconfigAsync(string cluster = "", string? user = null)
    {
        string[] lines =
        [
            "current-context: x",
            "contexts: [{ name: x, context: { cluster: c, user: u } }]",
            "clusters:", "- name: c", "  cluster:", cluster.StartsWith("server:", StringComparison.Ordinal) ? "" : $"    server: {this.cluster.Server}",
            .. cluster.Split('\n').Select(line => $"    {line}"),
            "users:", "- name: u", "  user:", $"    {user ?? $"token: {this.cluster.Token}"}",
        ];
        var file = Path.Combine(folder.FullName, "config");
        await File.WriteAllLinesAsync(file, lines);
        return file;
    }

    private RegisteredClusters Clusters() => new(control, vault.Access, time);

    private static async Task<string> UseAsync(RegisteredClusters clusters, string name = "prod-west")
    {
        ClusterConnection connection = await clusters.OpenAsync(ClusterName.Parse(name), default);
        await connection.GetAsync("/version", default);
        return name;
    }

    private Task RegisterAsync(string authentication, bool endpoint = true, string? endpointIs = null)
    {
        var document = new JsonObject { ["version"] = 1, ["name"] = "prod-west", ["authentication"] = JsonNode.Parse(authentication) };
        if (endpoint)
            document["endpoint"] = endpointIs ?? cluster.Server.ToString();
        return control.PutAsync(ControlPaths.Cluster(Name), Encoding.UTF8.GetBytes(document.ToJsonString()), default);
    }
}
