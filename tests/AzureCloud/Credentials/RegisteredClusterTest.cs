using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Simulator;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AzureCloud.Tests.Credentials;

/// <summary>A simulated cluster, and a control store in which it can be registered.</summary>
public abstract class RegisteredClusterTest : IAsyncLifetime, IDisposable
{
    protected static readonly ClusterName Name = ClusterName.Parse("prod-west");

    protected MemoryDocuments Control { get; } = new();

    private protected ScriptedVault Vault { get; } = new();

    protected FakeTimeProvider Time { get; } = new(SamplePoint.Time);

    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("holdfast-opening-");

    protected SimulatedCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await SimulatedCluster.StartAsync(new(), default);

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Folder.Delete(recursive: true);
    }

    public void Dispose() => Vault.Dispose();

    /// <summary>The part of a registration that names a secret of <see cref="Vault"/>.</summary>
    protected static string KeyVault(string holds) =>
        $$"""{ "keyVault": { "vault": "https://acme.vault.azure.net", "secret": "prod-west", "holds": "{{holds}}" } }""";

    /// <param name="access">Null: all that the tests need.</param>
    protected RegisteredClusters Clusters(RegistrationAccess? access = null)
    {
        var allowed = access ?? ScriptedVault.Access;
        return new(Control, allowed, Vault.Credentials(allowed, Time), Time);
    }

    protected static async Task<string> UseAsync(RegisteredClusters clusters, string name = "prod-west")
    {
        var connection = await clusters.OpenAsync(ClusterName.Parse(name), default);
        await connection.GetAsync("/version", default);
        return name;
    }

    protected Task RegisterAsync(string authentication, bool endpoint = true, string? endpointIs = null)
    {
        var document = new JsonObject
        {
            ["version"] = 1,
            ["name"] = "prod-west",
            ["authentication"] = JsonNode.Parse(authentication),
        };
        if (endpoint)
            document["endpoint"] = endpointIs ?? Cluster.Server.ToString();
        return Control.PutAsync(ControlPaths.Cluster(Name), Encoding.UTF8.GetBytes(document.ToJsonString()), default);
    }
}
