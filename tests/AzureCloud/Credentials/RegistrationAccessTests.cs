using Holdfast.AzureCloud.Credentials;
using Holdfast.Clusters;
using Holdfast.Control.Connecting;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Faults;

namespace Holdfast.AzureCloud.Tests.Credentials;

/// <summary>Which files, programs and addresses a registration may lead to.</summary>
public sealed class RegistrationAccessTests : RegisteredClusterTest
{
    [Theory]
    [InlineData("""{ "tokenFile": { "path": "/proc/self/environ" } }""")]
    [InlineData("""{ "kubeconfig": { "path": "/var/run/secretsx/config" } }""")]
    public async Task A_file_outside_of_the_credential_folders_is_refused(string authentication)
    {
        await RegisterAsync(authentication);
        await using var clusters = Clusters(new());

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("/var/run/secrets/", refused.Message);
        Assert.Contains(RegistrationAccess.CredentialFoldersSetting, refused.Message);
    }

    [Theory]
    [
        InlineData("certificate-authority", "cluster"),
        InlineData("client-certificate", "user"),
        InlineData("client-key", "user"),
        InlineData("tokenFile", "user")
    ]
    public async Task A_file_that_a_kubeconfig_names_elsewhere_is_refused_as_well(string field, string owner)
    {
        var line = $"{field}: /proc/self/environ";
        var file = owner == "cluster" ? await KubeconfigAsync(line) : await KubeconfigAsync(user: line);
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = Clusters(ScriptedVault.Access with { CredentialFolders = [Folder.FullName] });

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("/proc/self/environ", refused.Message);
        Assert.Contains(RegistrationAccess.CredentialFoldersSetting, refused.Message);
    }

    [Fact]
    public async Task A_program_is_run_only_where_a_setting_allows_it()
    {
        var ran = Path.Combine(Folder.FullName, "ran");
        var file = await KubeconfigAsync(
            user: $$"""exec: { apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: touch, args: ["{{ran}}"] }"""
        );
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = Clusters();
        await using var allowing = Clusters(ScriptedVault.Access with { Programs = true });

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => UseAsync(clusters));
        Assert.Contains(RegistrationAccess.ProgramsSetting, refused.Message);
        Assert.False(File.Exists(ran));
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(allowing));

        Assert.True(File.Exists(ran));
    }

    [Theory]
    [
        InlineData("https://127.0.0.1:6443"),
        InlineData("https://localhost:6443"),
        InlineData("https://[::1]:6443"),
        InlineData("https://169.254.169.254")
    ]
    [
        InlineData("https://[fe80::1]:6443"),
        InlineData("https://168.63.129.16"),
        InlineData("https://[::ffff:127.0.0.1]:6443"),
        InlineData("https://0.0.0.0:6443")
    ]
    public async Task An_endpoint_on_this_machine_or_its_link_is_refused_and_the_setting_named(string endpoint)
    {
        Vault.Secret = Cluster.Token;
        await RegisterAsync(KeyVault("token"), endpointIs: endpoint);
        await using var clusters = Clusters(ScriptedVault.Access with { LocalEndpoints = false });

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.Equal(0, Vault.Reads);
    }

    [Theory]
    [
        InlineData("https://127.0.0.1"),
        InlineData("https://localhost:8443"),
        InlineData("https://[::1]"),
        InlineData("https://169.254.169.254")
    ]
    public async Task A_Key_Vault_on_this_machine_or_its_link_is_refused_and_the_setting_named(string url)
    {
        await RegisterAsync(
            KeyVault("token").Replace(ScriptedVault.Url, url, StringComparison.Ordinal),
            endpointIs: "https://cluster.acme.com"
        );
        await using var clusters = Clusters(ScriptedVault.Access with { LocalEndpoints = false });

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.Equal(0, Vault.Reads);
    }

    /// <summary>Whatever the vault's name led to when the registration was read.</summary>
    [Fact]
    public async Task A_Key_Vaults_name_that_leads_to_this_machine_is_not_connected_to()
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(200, "{}"));
        var secrets = new KeyVaultSecrets(ScriptedVault.Access with { LocalEndpoints = false }, TimeProvider.System, Vault.Identity, null);
        var secret = secrets.Of(new(new($"https://localhost:{server.Url.Port}"), "token"), "clusters/a.json");

        var refused = await Assert.ThrowsAsync<ClusterException>(async () => await secret.GetAsync(renew: false, default));

        Assert.Contains("'localhost' resolves to", refused.Message);
        Assert.Contains(RegistrationAccess.LocalEndpointsSetting, refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Theory]
    [InlineData("server"), InlineData("proxy-url")]
    public async Task The_same_holds_for_the_server_and_the_proxy_of_a_kubeconfig(string field)
    {
        var file = await KubeconfigAsync(field == "server" ? "" : "server: https://cluster.example.org\nproxy-url: http://127.0.0.1:3128");
        await RegisterAsync($$"""{ "kubeconfig": { "path": "{{file}}" } }""", endpoint: false);
        await using var clusters = Clusters(ScriptedVault.Access with { LocalEndpoints = false });

        Assert.Contains(
            RegistrationAccess.LocalEndpointsSetting,
            (await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default))).Message
        );
    }

    /// <summary>Writes a kubeconfig.</summary>
    /// <param name="entry">Lines of the cluster's entry beside the simulated cluster's server, or instead of it.</param>
    /// <param name="user">Lines of the user's entry instead of a token.</param>
    private async Task<string> KubeconfigAsync(string entry = "", string? user = null)
    {
        string[] lines =
        [
            "current-context: x",
            "contexts: [{ name: x, context: { cluster: c, user: u } }]",
            "clusters:",
            "- name: c",
            "  cluster:",
            entry.StartsWith("server:", StringComparison.Ordinal) ? "" : $"    server: {Cluster.Server}",
            .. entry.Split('\n').Select(line => $"    {line}"),
            "users:",
            "- name: u",
            "  user:",
            $"    {user ?? $"token: {Cluster.Token}"}",
        ];
        var file = Path.Combine(Folder.FullName, "config");
        await File.WriteAllLinesAsync(file, lines);
        return file;
    }
}
