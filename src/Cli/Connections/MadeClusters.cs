using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Credentials;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Cli.Errors;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Control.Documents;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Connections;

/// <summary>
/// AKS clusters that restores make, and connections to them with the kubeconfigs that AKS gives. Registrations are in this process only.
/// </summary>
internal sealed class MadeClusters : IAsyncDisposable
{
    private readonly RegisteredClusters clusters;

    /// <exception cref="UsageException">The variable doesn't hold an address.</exception>
    public MadeClusters(TimeProvider time)
    {
        var azure = new ResourceClient(time, AzureEndpoint.Find());
        var access = new RegistrationAccess { LocalEndpoints = true };
        Provider = new(azure, time);
        clusters = new(Registrations, access, AzureCredentials.Of(access, time, resources: azure), time);
    }

    public AksClusters Provider { get; }

    public IDocumentStore Registrations { get; } = new MemoryDocuments();

    public Task<ClusterConnection> OpenAsync(ClusterName name, CancellationToken cancellation) => clusters.OpenAsync(name, cancellation);

    /// <summary>A cluster that an earlier run has made.</summary>
    public async Task<TargetCluster> OpenAsync(AzureResourceId made, CancellationToken cancellation)
    {
        var name = ClusterName.Parse(made.Name);
        var registration = new ClusterRegistration
        {
            Name = name,
            Azure = new() { ResourceId = made },
            Authentication = new() { Aks = new() },
        };
        await new ControlDocuments(Registrations).CreateClusterAsync(registration, cancellation);
        return new(name, await OpenAsync(name, cancellation));
    }

    public ValueTask DisposeAsync() => clusters.DisposeAsync();
}
