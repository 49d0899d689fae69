using Holdfast.Archive.Stores;
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
    /// <summary>The management API, where it isn't public Azure's.</summary>
    public const string ResourceManagerVariable = "HOLDFAST_RESOURCE_MANAGER";

    private readonly IDocumentStore control;
    private readonly TimeProvider time;
    private readonly ResourceClient azure;
    private readonly RegisteredClusters clusters;

    /// <exception cref="UsageException">A variable doesn't hold what it should.</exception>
    public ServiceClusters(IDocumentStore control, TimeProvider time)
    {
        (this.control, this.time) = (control, time);
        azure = ResourceManager(time);
        var access = Access();
        clusters = new(control, access, AzureCredentials.Of(access, time, resources: azure), time);
    }

    /// <summary>Deletes volumes' data as the service does: through the clusters' drivers, the cloud, and the vault.</summary>
    public IVolumeDataRemoval RemovalFrom(IBlobStore vault) =>
        new VolumeDataRemoval(new RunEnvironment(clusters.OpenAsync, vault, control, time) { Disks = new AzureDisks(azure) });

    public ValueTask DisposeAsync() => clusters.DisposeAsync();

    /// <exception cref="UsageException">The variable doesn't hold an address.</exception>
    public static ResourceClient ResourceManager(TimeProvider time)
    {
        if (Environment.GetEnvironmentVariable(ResourceManagerVariable) is not { Length: > 0 } text)
            return new(time);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? new(time, url)
            : throw new UsageException($"{ResourceManagerVariable} is '{text}': use an https URL, such as https://management.azure.com");
    }

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
