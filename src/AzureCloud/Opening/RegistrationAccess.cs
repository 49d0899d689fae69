using Azure.Core;
using Azure.Security.KeyVault.Secrets;

namespace Holdfast.AzureCloud.Opening;

/// <summary>What registrations may use of the machine that the service runs on.</summary>
public sealed record RegistrationAccess
{
    /// <summary>
    /// Folders in which a registration's token file or kubeconfig may lie; null: anywhere. Who may edit registrations could otherwise have any file of the machine sent to a server of theirs.
    /// Default: where Kubernetes and Azure mount credentials.
    /// </summary>
    public IReadOnlyList<string>? CredentialFolders { get; init; } = ["/var/run/secrets/", "/run/secrets/", "/mnt/secrets-store/"];

    /// <summary>A kubeconfig file may run the programs (<c>exec</c>) that it names.</summary>
    public bool Programs { get; init; }

    /// <summary>How the app itself is known to Azure; null: as this machine is signed in, with the identity that a registration names.</summary>
    public TokenCredential? Identity { get; init; }

    /// <summary>Of the client that reads Key Vault secrets; null: the usual.</summary>
    public SecretClientOptions? SecretOptions { get; init; }

    /// <summary>For a service that runs for one person, as that person.</summary>
    public static RegistrationAccess Local { get; } = new() { CredentialFolders = null, Programs = true };

    internal bool Allows(string path)
    {
        var whole = Path.GetFullPath(path);
        return CredentialFolders is null || CredentialFolders.Any(f => whole.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }
}
