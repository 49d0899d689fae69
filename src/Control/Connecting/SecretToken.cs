using Holdfast.Clusters;
using Holdfast.Clusters.Connections;

namespace Holdfast.Control.Connecting;

/// <summary>A bearer token that a Key Vault secret holds.</summary>
internal sealed class SecretToken(NamedSecret secret, string path)
{
    /// <summary>Gives the token of the next request: a <see cref="TokenSource"/>.</summary>
    /// <exception cref="ClusterException">The secret can't be read, or holds no token.</exception>
    public async ValueTask<string?> GetAsync(bool renew, CancellationToken cancellation)
    {
        var token = (await secret.ReadAsync(renew, cancellation)).Trim();
        return token.Length > 0 && !token.Any(c => c is <= ' ' or > '~')
            ? token
            : throw new ClusterException(
                ClusterFailure.NotAuthenticated,
                $"What {secret.Description} holds is not a bearer token: it is {(token.Length == 0 ? "empty" : "more than one word")}. "
                    + $"Store the token alone, or write \"holds\": \"kubeconfig\" in {path}"
            );
    }
}
