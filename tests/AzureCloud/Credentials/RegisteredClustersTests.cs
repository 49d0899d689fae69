using Holdfast.Clusters;
using Holdfast.Control;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Tests.Credentials;

public sealed class RegisteredClustersTests : RegisteredClusterTest
{
    [Fact]
    public async Task A_token_in_Key_Vault_opens_the_cluster_and_is_read_once()
    {
        Vault.Secret = Cluster.Token + "\n";
        await RegisterAsync(KeyVault("token"));
        await using var clusters = Clusters();

        Assert.Equal("prod-west", await UseAsync(clusters, "prod-west"));
        await UseAsync(clusters);

        Assert.Equal(1, Vault.Reads);
        Assert.Equal(["/secrets/prod-west"], Vault.Paths);
    }

    [Fact]
    public async Task A_token_that_was_replaced_in_Key_Vault_is_fetched_when_the_cluster_refuses_the_old_one()
    {
        Vault.Secret = Cluster.Token;
        await RegisterAsync(KeyVault("token"));
        await using var clusters = Clusters();
        Vault.Secret = "old";
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));
        (Vault.Secret, Vault.Version) = (Cluster.Token, "2");
        Time.Advance(TimeSpan.FromMinutes(1));

        await UseAsync(clusters);
    }

    [Fact]
    public async Task A_kubeconfig_in_Key_Vault_needs_no_endpoint_in_the_registration()
    {
        Vault.Secret = Cluster.Kubeconfig();
        await RegisterAsync(KeyVault("kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        await UseAsync(clusters);

        Assert.Equal(Cluster.Server, (await clusters.OpenAsync(Name, default)).Server);
        Assert.Equal(1, Vault.Reads);
    }

    [Fact]
    public async Task One_connection_is_kept_until_the_registration_is_edited()
    {
        Vault.Secret = Cluster.Token;
        await RegisterAsync(KeyVault("token"));
        await using var clusters = Clusters();
        var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => clusters.OpenAsync(Name, default))));

        Assert.Single(opened.Distinct());
        await RegisterAsync(KeyVault("token"));
        var second = await clusters.OpenAsync(Name, default);

        Assert.NotSame(opened[0], second);
        await opened[0].GetAsync("/version", default); // what is running with the old one continues
    }

    [Fact]
    public async Task A_new_version_of_a_kubeconfig_secret_makes_a_new_connection_and_the_same_version_does_not()
    {
        Vault.Secret = Cluster.Kubeconfig();
        await RegisterAsync(KeyVault("kubeconfig"), endpoint: false);
        await using var clusters = Clusters();
        var first = await clusters.OpenAsync(Name, default);
        Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Same(first, await clusters.OpenAsync(Name, default));
        Vault.Version = "2";
        Time.Advance(TimeSpan.FromMinutes(6));

        Assert.NotSame(first, await clusters.OpenAsync(Name, default));
        Assert.Equal(3, Vault.Reads);
    }

    [Fact]
    public async Task A_connection_uses_a_kubeconfigs_new_token_when_the_old_one_is_refused_in_the_middle_of_the_work()
    {
        Vault.Secret = Cluster.Kubeconfig().Replace(Cluster.Token, "old", StringComparison.Ordinal);
        await RegisterAsync(KeyVault("kubeconfig"), endpoint: false);
        await using var clusters = Clusters();
        var connection = await clusters.OpenAsync(Name, default);
        (Vault.Secret, Vault.Version) = (Cluster.Kubeconfig(), "2");
        Time.Advance(TimeSpan.FromMinutes(1));

        await connection.GetAsync("/version", default);
    }

    [Fact]
    public async Task A_replaced_connection_is_closed_after_half_an_hour()
    {
        Vault.Secret = Cluster.Token;
        await RegisterAsync(KeyVault("token"));
        await using var clusters = Clusters();
        var first = await clusters.OpenAsync(Name, default);
        await first.GetAsync("/version", default);
        await RegisterAsync(KeyVault("token"));
        await clusters.OpenAsync(Name, default);
        Time.Advance(TimeSpan.FromMinutes(31));
        await clusters.OpenAsync(Name, default);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.GetAsync("/version", default));
    }

    [Fact]
    public async Task A_token_file_opens_the_cluster_and_is_read_again_when_it_is_refused()
    {
        var file = Path.Combine(Folder.FullName, "token");
        await File.WriteAllTextAsync(file, "old");
        await RegisterAsync($$"""{ "tokenFile": { "path": "{{file}}" } }""");
        await using var clusters = Clusters();
        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));
        await File.WriteAllTextAsync(file, Cluster.Token);

        await UseAsync(clusters);
    }

    [Fact]
    public async Task A_kubeconfig_file_opens_the_cluster_and_is_read_again_when_it_was_written()
    {
        var file = Path.Combine(Folder.FullName, "config");
        await File.WriteAllTextAsync(file, Cluster.Kubeconfig());
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

        var thrown = await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));

        Assert.Equal(ClusterFailure.NotAuthenticated, thrown.Failure); // the simulator knows its own token only
        Assert.Contains("6dae42f8-4368-4678-94ff-3960e28e3630/.default", Vault.Scopes);
        Assert.DoesNotContain("entra-token", thrown.ToString());
    }

    [Theory]
    [InlineData("--server-id, 11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555/.default")]
    [InlineData("--server-id=11111111-2222-3333-4444-555555555555, --login, azurecli", "11111111-2222-3333-4444-555555555555/.default")]
    [InlineData("get-token", "6dae42f8-4368-4678-94ff-3960e28e3630/.default")]
    public async Task A_kubeconfig_that_names_kubelogin_takes_the_tokens_of_the_apps_identity(string arguments, string scope)
    {
        Vault.Secret = $$$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u} }]
            clusters: [{name: c, cluster: {server: "{{{Cluster.Server}}}" } }]
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin,
              args: [{{{arguments}}}] } } }]
            """;
        await RegisterAsync(KeyVault("kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters)); // the simulator knows its own token only

        Assert.Contains(scope, Vault.Scopes);
    }

    [Theory]
    [InlineData(403, "Forbidden", ClusterFailure.NotAuthenticated, "Key Vault Secrets User")]
    [InlineData(404, "SecretNotFound", ClusterFailure.NotAuthenticated, "no such secret")]
    [InlineData(429, "Throttled", ClusterFailure.Throttled, "too often")]
    [InlineData(503, "ServiceUnavailable", ClusterFailure.Unreachable, "try again")]
    public async Task What_Key_Vault_refuses_is_reported_with_registration_vault_and_secret(
        int status,
        string code,
        ClusterFailure failure,
        string says
    )
    {
        Vault.Answer = () => ScriptedVault.Refuse(status, code);
        await RegisterAsync(KeyVault("token"));
        await using var clusters = Clusters();

        var thrown = await Assert.ThrowsAsync<ClusterException>(() => UseAsync(clusters));

        Assert.Equal(failure, thrown.Failure);
        Assert.All(
            new[] { says, "clusters/prod-west.json", "https://acme.vault.azure.net", "the secret prod-west" },
            part => Assert.Contains(part, thrown.Message, StringComparison.OrdinalIgnoreCase)
        );
        Assert.DoesNotContain("eyJ", thrown.Message);
    }

    [Fact]
    public async Task A_vault_that_cannot_be_reached_may_be_there_later()
    {
        Vault.Answer = () => throw new HttpRequestException("no route");
        await RegisterAsync(KeyVault("kubeconfig"), endpoint: false);
        await using var clusters = Clusters();

        Assert.True((await Assert.ThrowsAsync<ClusterException>(() => clusters.OpenAsync(Name, default))).IsTransient);
        Vault.Answer = null;
        Vault.Secret = Cluster.Kubeconfig();
        await UseAsync(clusters);
    }

    [Theory]
    [InlineData("token", "apiVersion: v1\nkind: Config", "\"holds\": \"kubeconfig\"")]
    [InlineData("token", "", "is empty")]
    [InlineData("kubeconfig", "s3cr3t", "isn't a kubeconfig")]
    [InlineData("kubeconfig", "users: [s3cr3t", "not valid YAML")]
    [InlineData(
        "kubeconfig",
        "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "
            + "https://a}}]\nusers: [{name: u, user: {tokenFile: /etc/passwd}}]",
        "names a file"
    )]
    [InlineData(
        "kubeconfig",
        "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: https://a, "
            + "certificate-authority: /etc/shadow}}]\nusers: [{name: u, user: {token: s3cr3t}}]",
        "names a file"
    )]
    [InlineData(
        "kubeconfig",
        "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "
            + "https://a}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: touch, args: "
            + "[s3cr3t]}}}]",
        "runs the program 'touch'"
    )]
    public async Task What_a_secret_may_not_hold_is_reported_and_never_quoted(string holds, string secret, string says)
    {
        Vault.Secret = secret;
        await RegisterAsync(KeyVault(holds), endpoint: holds == "token");
        await using var clusters = Clusters();

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => UseAsync(clusters));

        Assert.True(thrown is RegistrationException or ClusterException, thrown.ToString());
        Assert.Contains(says, thrown.Message);
        Assert.Contains("clusters/prod-west.json", thrown.Message);
        Assert.DoesNotContain("s3cr3t", thrown.ToString());
    }

    [Fact]
    public async Task A_kubeconfig_of_another_server_than_the_registered_one_is_refused()
    {
        Vault.Secret = Cluster.Kubeconfig();
        await RegisterAsync(KeyVault("kubeconfig"), endpointIs: "https://other.acme.com");
        await using var clusters = Clusters();

        var thrown = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("https://other.acme.com", thrown.Message);
        Assert.Contains(Cluster.Server.ToString().TrimEnd('/'), thrown.Message);
    }

    [Fact]
    public async Task A_cluster_that_is_not_registered_or_whose_registration_is_broken_says_what_to_do()
    {
        await using var clusters = Clusters();
        var missing = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));
        await Control.PutAsync(ControlPaths.Cluster(Name), "{ \"version\": 1, \"name\": \"prod-west\" }"u8.ToArray(), default);
        var broken = await Assert.ThrowsAsync<RegistrationException>(() => clusters.OpenAsync(Name, default));

        Assert.Contains("PUT /api/clusters/prod-west", missing.Message);
        Assert.Contains("$.authentication: is missing", broken.Message);
    }
}
