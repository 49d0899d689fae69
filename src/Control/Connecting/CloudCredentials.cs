using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>What a cloud's sign-in gives for registrations that name it.</summary>
/// <param name="TokensOf">The tokens that the API server takes from an identity of Entra ID.</param>
/// <param name="SecretOf">The secret of a Key Vault; the path is the registration's, for messages.</param>
/// <param name="KubeconfigOf">The kubeconfig that AKS gives of the cluster; the path likewise.</param>
public sealed record CloudCredentials(
    Func<EntraCredential, TokenSource> TokensOf,
    Func<KeyVaultCredential, string, NamedSecret> SecretOf,
    Func<AzureResourceId, string, NamedSecret> KubeconfigOf
)
{
    /// <summary>The secret of a Key Vault that is a password; the text says what names it, for messages. Null: there is none.</summary>
    public Func<SecretReference, string, NamedSecret>? PasswordOf { get; init; }
}

/// <param name="Description">What it is, for messages: never its value.</param>
/// <param name="ReadAsync">The value; the same object for as long as the secret has the same version.</param>
public sealed record NamedSecret(string Description, SecretReader ReadAsync);

/// <param name="renew">The cluster refused what came of the last reading.</param>
/// <exception cref="Clusters.ClusterException">NotAuthenticated, Throttled or Unreachable: which secret, and what is missing.</exception>
public delegate ValueTask<string> SecretReader(bool renew, CancellationToken cancellation);
