using Holdfast.AzureCloud.Credentials;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Resources;
using Holdfast.Cli.Errors;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Pruning;

namespace Holdfast.Cli.Connections;

/// <summary>
/// The clusters that a service has registered, opened from this machine with what their registrations name, and the cloud of their disks.
/// What registrations may use of this machine is decided by the service's own settings, as variables here.
/// </summary>
internal sealed class ServiceClusters : IAsyncDisposable
{
    private readonly IDocumentStore control;
    private readonly TimeProvider time;
    private readonly ResourceClient azure;
    private readonly RegisteredClusters clusters;

    /// <exception cref="UsageException">A variable doesn't hold what it should.</exception>
    public ServiceClusters(IDocumentStore control, TimeProvider time)
    {
        (this.control, this.time) = (control, time);
        azure = new(time, AzureEndpoint.Find());
        var access = Access();
        clusters = new(control, access, AzureCredentials.Of(access, time, resources: azure), time);
    }

    /// <summary>Deletes volumes' data as the service does: through the clusters' drivers, the cloud, and the vault.</summary>
    public IVolumeDataRemoval RemovalFrom(OpenedVault vault) =>
        new VolumeDataRemoval(
            new RunEnvironment(clusters.OpenAsync, vault.Store, control, time) { Disks = new AzureDisks(azure), Files = vault.Files }
        );

    public ValueTask DisposeAsync() => clusters.DisposeAsync();

    private static RegistrationAccess Access()
    {
        var access = new RegistrationAccess
        {
            Programs = Flag(RegistrationAccess.ProgramsSetting),
            LocalEndpoints = Flag(RegistrationAccess.LocalEndpointsSetting),
        };
        return Environment.GetEnvironmentVariable(RegistrationAccess.CredentialFoldersSetting) is { Length: > 0 } folders
            ? access with
            {
                CredentialFolders = folders.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            }
            : access;
    }

    private static bool Flag(string name) =>
        Environment.GetEnvironmentVariable(name) switch
        {
            null or "" or "false" => false,
            "true" => true,
            var other => throw new UsageException($"{name} is '{other}': use true or false"),
        };
}
