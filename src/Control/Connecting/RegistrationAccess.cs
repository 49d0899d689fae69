using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>
/// What registrations may use of the machine that the service runs on, and of the network that only it sees. Who may edit registrations
/// could otherwise run programs there, have its files sent to a server of theirs, or reach what listens for the machine alone.
/// </summary>
public sealed record RegistrationAccess
{
    /// <summary>The setting that decides about <see cref="Programs"/>, for messages.</summary>
    public const string ProgramsSetting = "HOLDFAST_ALLOW_PROGRAMS";

    /// <summary>The setting that decides about <see cref="LocalEndpoints"/>, for messages.</summary>
    public const string LocalEndpointsSetting = "HOLDFAST_ALLOW_LOCAL_ENDPOINTS";

    /// <summary>The setting that decides about <see cref="CredentialFolders"/>, for messages.</summary>
    public const string CredentialFoldersSetting = "HOLDFAST_CREDENTIAL_FOLDERS";

    /// <summary>What helps where a registration leads to this machine, for messages.</summary>
    public const string LocalAdvice =
        $"Correct the registration, or set {LocalEndpointsSetting}=true where addresses on this machine are meant";

    /// <summary>
    /// Folders in which token files, kubeconfigs and the files that those name may lie; <c>/</c>: anywhere. Default: where Kubernetes and
    /// Azure mount credentials.
    /// </summary>
    public IReadOnlyList<string> CredentialFolders { get; init; } = ["/var/run/secrets/", "/run/secrets/", "/mnt/secrets-store/"];

    /// <summary>A kubeconfig file may run the programs (<c>exec</c>) that it names.</summary>
    public bool Programs { get; init; }

    /// <summary>API servers and Key Vaults may be on this machine, on its link, or at a metadata service's address.</summary>
    public bool LocalEndpoints { get; init; }

    /// <param name="file">That the registration names, or a kubeconfig that it names.</param>
    /// <param name="path">Of the registration, for messages.</param>
    /// <exception cref="RegistrationException">The file lies elsewhere.</exception>
    internal string RequireFile(string file, string path)
    {
        var whole = Path.GetFullPath(file);
        return CredentialFolders.Any(folder => whole.StartsWith(WithSlash(Path.GetFullPath(folder)), StringComparison.Ordinal))
            ? file
            : throw new RegistrationException(
                $"The control document {path} leads to the file {file}, which lies in none of the folders that the service takes "
                    + $"credentials from ({string.Join(", ", CredentialFolders)}). Mount it there, add its folder to "
                    + $"{CredentialFoldersSetting}, or use keyVault or entraId"
            );
    }

    /// <returns>The endpoint, which is looked at again whenever it is connected to.</returns>
    /// <exception cref="RegistrationException">It is written as an address of this machine.</exception>
    internal ClusterEndpoint RequireRemote(ClusterEndpoint endpoint, string path)
    {
        foreach (var url in new[] { endpoint.Server, endpoint.Proxy }.OfType<Uri>())
            RequireRemote(url, path);
        return LocalEndpoints ? endpoint : endpoint with { LocalAddressAdvice = LocalAdvice };
    }

    /// <inheritdoc cref="RequireRemote(ClusterEndpoint, string)"/>
    internal void RequireRemote(Uri url, string path)
    {
        if (!LocalEndpoints && LocalAddresses.IsNamedBy(url))
            throw new RegistrationException(
                $"The control document {path} leads to {url.Host}: an address of this machine, of its link, or of a cloud's metadata "
                    + $"service. {LocalAdvice}"
            );
    }

    private static string WithSlash(string folder) => Path.TrimEndingDirectorySeparator(folder).TrimEnd('/') + "/";
}
