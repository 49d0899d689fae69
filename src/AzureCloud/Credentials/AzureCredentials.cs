using System.Collections.Concurrent;
using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Connecting;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Credentials;

/// <summary>
/// The credentials that registrations name by Entra ID or Key Vault. Tokens are shared by all clusters that take the same ones.
/// Thread-safe.
/// </summary>
public static class AzureCredentials
{
    /// <param name="access">What registrations may reach: Key Vaults on this machine only where it says so.</param>
    /// <param name="identity">
    /// How the app itself is known to Azure; null: as this machine is signed in, with the identity that a registration names.
    /// </param>
    /// <param name="resources">Null: Azure's public cloud.</param>
    /// <param name="secretOptions">Of the client that reads Key Vault secrets; null: the usual.</param>
    public static CloudCredentials Of(
        RegistrationAccess access,
        TimeProvider time,
        TokenCredential? identity = null,
        SecretClientOptions? secretOptions = null,
        ResourceClient? resources = null
    )
    {
        var tokens = new ConcurrentDictionary<EntraCredential, Lazy<EntraTokens>>();
        var secrets = new KeyVaultSecrets(access, time, identity, secretOptions);
        var azure = new Lazy<ResourceClient>(() => resources ?? new(time, identity: identity));
        return new(
            entra => tokens.GetOrAdd(entra, key => new(() => TokensOf(key))).Value.GetAsync,
            (secret, path) => Named(secrets.Of(new(secret.Vault, secret.Secret), $"authentication.keyVault of {path}")),
            (cluster, path) =>
            {
                var kubeconfig = new AksKubeconfig(azure.Value, cluster, path, time);
                return new(kubeconfig.Description, kubeconfig.GetAsync);
            }
        )
        {
            PasswordOf = (secret, place) => Named(secrets.Of(secret, place)),
        };

        EntraTokens TokensOf(EntraCredential entra) => new(time, identity ?? BlobVaults.SignIn(entra.ClientId), entra.ServerApplication);
    }

    private static NamedSecret Named(KeptSecret secret) => new(secret.Description, secret.GetAsync);
}
