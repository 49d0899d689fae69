using Holdfast.Clusters.Connections;
using Holdfast.Control.Notifications;
using Holdfast.Control.Registration;
using Holdfast.Machine.Files;

namespace Holdfast.Control.Connecting;

/// <summary>
/// What notifications may use of the machine that the service runs on, and of the network that only it sees: the same as registrations.
/// Thread-safe.
/// </summary>
/// <param name="passwordOf">As <see cref="CloudCredentials.PasswordOf"/>; null: no Key Vault can be asked.</param>
public sealed class NotificationAccess(RegistrationAccess access, Func<SecretReference, string, NamedSecret>? passwordOf)
{
    private const int LongestSecret = 16 * 1024;

    /// <summary>Targets may be on this machine.</summary>
    public bool LocalTargets => access.LocalEndpoints;

    /// <param name="path">Of the document, for messages.</param>
    /// <exception cref="RegistrationException">The secret may not be used, or can't be read.</exception>
    /// <exception cref="Clusters.ClusterException">The Key Vault doesn't give it.</exception>
    public async Task<string> SecretAsync(NotificationSecret secret, string path, CancellationToken cancellation)
    {
        if (secret.File is { } file)
            return Read(access.RequireFile(file.Path, path), path);
        if (secret.KeyVault is not { } vault || passwordOf is null)
            throw new RegistrationException($"The notification {path} names a secret that can't be read here");
        access.RequireRemote(vault.Vault, path);
        return (await passwordOf(vault, path).ReadAsync(false, cancellation)).Trim();
    }

    /// <exception cref="RegistrationException">It is written as an address of this machine.</exception>
    public void RequireRemote(Uri url, string path)
    {
        if (!access.LocalEndpoints && LocalAddresses.IsNamedBy(url))
            throw new RegistrationException(
                $"The notification {path} leads to an address of this machine, of its link, or of a cloud's metadata service. "
                    + $"Correct it, or set {RegistrationAccess.LocalEndpointsSetting}=true where addresses on this machine are meant"
            );
    }

    private static string Read(string file, string path)
    {
        try
        {
            if (RegularFile.ReadText(file, LongestSecret).Trim() is { Length: > 0 } text)
                return text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RegistrationException($"The notification {path} names the file {file}, which can't be read: {e.Message}", e);
        }
        throw new RegistrationException($"The notification {path} names the file {file}, which is empty. Put the secret into it");
    }
}
