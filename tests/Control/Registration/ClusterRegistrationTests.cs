using System.Text;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Tests.Registration;

public sealed class ClusterRegistrationTests
{
    [Fact]
    public void A_registration_is_read_with_all_that_it_says()
    {
        var read = Read(Edited.Cluster).Document!;

        Assert.Equal(("prod-west", "gold"), (read.Name.ToString(), read.Labels["acme.com/tier"]));
        Assert.Equal(new Uri("https://prod-west.hcp.westeurope.azmk8s.io/"), read.Endpoint);
        Assert.Equal((Certificates.Authority, "kubernetes.default.svc"), (read.CertificateAuthority, read.TlsServerName));
        Assert.Equal(
            new KeyVaultCredential(new("https://acme.vault.azure.net"), "prod-west-token", SecretContent.Token),
            read.Authentication.KeyVault
        );
    }

    [Fact]
    public void Entra_ID_needs_nothing_but_its_name()
    {
        var read = Read(Edited.With(Edited.Cluster, "authentication", """{ "entraId": {} }""")).Document!;

        Assert.Equal(new Guid("6dae42f8-4368-4678-94ff-3960e28e3630"), read.Authentication.EntraId!.ServerApplication);
        Assert.Null(read.Authentication.EntraId.ClientId);
    }

    [Theory]
    [InlineData("""{ "keyVault": { "vault": "https://acme.vault.azure.net", "secret": "s", "holds": "token" } }""")]
    [InlineData("""{ "entraId": { "clientId": "11111111-2222-3333-4444-555555555555" } }""")]
    [InlineData("""{ "tokenFile": { "path": "/var/run/secrets/holdfast/token" } }""")]
    public void What_is_written_is_read_back_equal(string authentication)
    {
        var first = Read(Edited.With(Edited.Cluster, "authentication", authentication)).Document!;
        var second = ClusterRegistration.Read(first.ToJson()).Document!;

        Assert.Equal(first.ToJson(), second.ToJson());
        Assert.Equal(first with { Labels = second.Labels }, second);
        Assert.Equal(first.Labels, second.Labels);
    }

    [Fact]
    public void A_cluster_whose_kubeconfig_comes_from_AKS_says_which_one_it_is()
    {
        const string Id =
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/a/providers/Microsoft.ContainerService/managedClusters/b";
        const string Written = """{ "version": 1, "name": "prod", "authentication": { "aks": {} }AZURE }""";

        var azure = $", \"azure\": {{ \"resourceId\": \"{Id}\" }}";
        var read = Read(Written.Replace("AZURE", azure, StringComparison.Ordinal));
        var without = Read(Written.Replace("AZURE", "", StringComparison.Ordinal));

        Assert.Equal(Id, read.Document!.Azure!.ResourceId.ToString());
        Assert.Equal(read.Document, ClusterRegistration.Read(read.Document.ToJson()).Document! with { Labels = read.Document.Labels });
        Assert.Equal(["$.azure"], without.Problems.Select(p => p.Path));
    }

    [Fact]
    public void A_certificate_stays_readable_in_what_is_written() =>
        Assert.Contains(
            "-----BEGIN CERTIFICATE-----\\n" + Certificates.Authority.Split('\n')[1],
            Encoding.UTF8.GetString(Read(Edited.Cluster).Document!.ToJson())
        );

    [Fact]
    public void All_mistakes_are_reported_at_once_each_with_its_place_and_what_to_write()
    {
        var problems = Read(
            """
            { "version": 2, "name": "Prod West", "labels": { "env": "a b", "tier": 3 }, "endpoint": "http://api.acme.com", "lables": {},
              "authentication": { "keyVault": { "vault": "acme" } } }
            """
        ).Problems;

        Assert.Equal(
            [
                "$.version",
                "$.name",
                "$.labels.tier",
                "$.labels",
                "$.endpoint",
                "$.authentication.keyVault.vault",
                "$.authentication.keyVault.secret",
                "$.authentication.keyVault.holds",
                "$.lables",
            ],
            problems.Select(p => p.Path).Distinct(),
            SameInAnyOrder
        );
        Assert.All(problems, p => Assert.All(new[] { p.What, p.Why, p.Instead }, Assert.NotEmpty));
        Assert.Contains("did you mean 'labels'?", problems.Single(p => p.Path == "$.lables").Instead);
    }

    [Theory]
    [InlineData("token", "\"abc\"")]
    [InlineData("authentication.keyVault.password", "\"abc\"")]
    [InlineData("authentication.client-key-data", "\"abc\"")]
    [InlineData("authentication.tokenFile.token", "\"abc\"")]
    [InlineData("labels.note", "\"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl\"")]
    [InlineData("tlsServerName", "\"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl\"")]
    [InlineData("endpoint", "\"https://jane:hunter2@api.acme.com\"")]
    [InlineData("authentication.kubeconfig", "\"apiVersion: v1\\nkind: Config\\nclusters: []\"")]
    [InlineData("certificateAuthority", "\"-----BEGIN RSA PRIVATE KEY-----\\nMIIE\"")]
    public void A_secret_in_a_document_is_refused_unquoted_and_the_message_says_where_it_belongs(string member, string json)
    {
        var problems = Read(Edited.With(Edited.Cluster, member, json)).Problems;

        var secret = Assert.Single(
            problems,
            p => p.Path.Contains(member.Split('.')[^1], StringComparison.Ordinal) && p.Instead.Contains("Azure Key Vault")
        );
        Assert.Contains("authentication.keyVault", secret.Instead);
        Assert.All(problems, p => Assert.DoesNotContain(json.Trim('"')[..3] == "abc" ? "abc" : json.Trim('"')[..20], p.ToString()));
    }

    [Fact]
    public void A_certificate_with_its_key_is_refused_for_the_key()
    {
        var both = System.Text.Json.JsonSerializer.Serialize(Certificates.Authority + Certificates.PrivateKey);

        Assert.Contains("a private key", Assert.Single(Read(Edited.With(Edited.Cluster, "certificateAuthority", both)).Problems).What);
    }

    [Fact]
    public void The_endpoint_may_be_left_out_only_where_a_kubeconfig_has_it()
    {
        var bare = Edited.With(
            Edited.With(Edited.With(Edited.Cluster, "endpoint", null), "certificateAuthority", null),
            "tlsServerName",
            null
        );

        Assert.Equal("$.endpoint", Assert.Single(Read(bare).Problems).Path);
        Assert.True(Read(Edited.With(bare, "authentication.keyVault.holds", "\"kubeconfig\"")).IsValid);
        Assert.True(
            Read(Edited.With(bare, "authentication", """{ "kubeconfig": { "path": "/root/.kube/config", "context": "prod" } }""")).IsValid
        );
    }

    private static IEqualityComparer<IEnumerable<string>> SameInAnyOrder { get; } =
        EqualityComparer<IEnumerable<string>>.Create((a, b) => a!.Order().SequenceEqual(b!.Order()), _ => 0);

    private static DocumentReading<ClusterRegistration> Read(string json) => ClusterRegistration.Read(Edited.Bytes(json));
}
