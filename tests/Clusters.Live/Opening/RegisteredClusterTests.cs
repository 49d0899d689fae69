using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Credentials;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Opening;

/// <summary>A real API server, with TLS of its own CA, opened by its registration alone.</summary>
[Collection("live cluster")]
public sealed class RegisteredClusterTests(LiveClusterFixture fixture) : IDisposable
{
    private static readonly ClusterName Name = ClusterName.Parse("live");
    private static readonly RegistrationAccess Access = new()
    {
        CredentialFolders = ["/"],
        Programs = true,
        LocalEndpoints = true,
    };

    private readonly MemoryDocuments control = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-registered-");

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task A_token_file_and_a_ca_open_it_and_a_new_token_is_taken_when_the_old_one_is_refused()
    {
        var file = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(file, "expired");
        await RegisterAsync(
            new()
            {
                ["endpoint"] = fixture.Cluster.Endpoint.Server.ToString(),
                ["certificateAuthority"] = fixture.Cluster.Endpoint.TrustedRoots!.ExportCertificatePems(),
                ["authentication"] = TokenFile(file),
            }
        );
        await using var clusters = new RegisteredClusters(
            control,
            Access,
            AzureCredentials.Of(Access, TimeProvider.System),
            TimeProvider.System
        );
        var connection = await clusters.OpenAsync(Name, default);

        Assert.Equal(
            ClusterFailure.NotAuthenticated,
            (await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default))).Failure
        );
        await File.WriteAllTextAsync(file, await fixture.Cluster.Endpoint.Token!(false, default));

        Assert.Equal(await IdentityAsync(fixture.Cluster.Endpoint), await ClusterIdentity.ReadAsync(connection, default));
    }

    [SkippableFact]
    public async Task A_kubeconfig_file_opens_it()
    {
        await RegisterAsync(
            new() { ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = fixture.Cluster.KubeconfigPath } } }
        );
        await using var clusters = new RegisteredClusters(
            control,
            Access,
            AzureCredentials.Of(Access, TimeProvider.System),
            TimeProvider.System
        );

        Assert.Equal(
            await IdentityAsync(fixture.Cluster.Endpoint),
            await ClusterIdentity.ReadAsync(await clusters.OpenAsync(Name, default), default)
        );
    }

    [SkippableFact]
    public async Task Without_its_ca_it_is_not_trusted()
    {
        var file = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(file, await fixture.Cluster.Endpoint.Token!(false, default));
        await RegisterAsync(new() { ["endpoint"] = fixture.Cluster.Endpoint.Server.ToString(), ["authentication"] = TokenFile(file) });
        await using var clusters = new RegisteredClusters(
            control,
            Access,
            AzureCredentials.Of(Access, TimeProvider.System),
            TimeProvider.System
        );
        var connection = await clusters.OpenAsync(Name, default);

        Assert.Equal(
            ClusterFailure.Unreachable,
            (await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default))).Failure
        );
    }

    private static JsonObject TokenFile(string path) => new() { ["tokenFile"] = new JsonObject { ["path"] = path } };

    private static async Task<ClusterIdentity> IdentityAsync(ClusterEndpoint endpoint)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        return await ClusterIdentity.ReadAsync(connection, default);
    }

    private Task RegisterAsync(JsonObject registration)
    {
        registration["version"] = 1;
        registration["name"] = Name.ToString();
        return control.PutAsync(ControlPaths.Cluster(Name), Encoding.UTF8.GetBytes(registration.ToJsonString()), default);
    }
}
