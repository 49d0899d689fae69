using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Identity;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Opening;

/// <summary>Gives the endpoint to connect to; the same object for as long as a connection to it may be kept.</summary>
internal interface IEndpointSource
{
    Task<ClusterEndpoint> GetAsync(CancellationToken cancellation);
}

/// <summary>Makes endpoints of registrations. Entra ID tokens are shared by all clusters that take the same ones.</summary>
internal sealed class RegisteredEndpoints(RegistrationAccess access, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(Guid Server, Guid? Client), Lazy<EntraTokens>> entra = [];
    private readonly KeyVaultSecrets secrets = new(access, time);

    /// <param name="path">Of the registration, for messages.</param>
    /// <exception cref="RegistrationException">It uses what it may not.</exception>
    public IEndpointSource SourceOf(ClusterRegistration cluster, string path) =>
        cluster.Authentication switch
        {
            { KeyVault: { Holds: SecretContent.Kubeconfig } vault } => new SecretKubeconfig(
                cluster,
                path,
                SecretOf(vault, path),
                access,
                TokensOf,
                time
            ),
            { KeyVault: { } vault } => Fixed(cluster, path, new SecretToken(SecretOf(vault, path), path).GetAsync),
            { EntraId: { } identity } => Fixed(cluster, path, TokensOf(identity)),
            { TokenFile: { } file } => Fixed(
                cluster,
                path,
                new TokenFile(access.RequireFile(file.Path, path), null, time, $"authentication.tokenFile of {path}").GetAsync
            ),
            { Kubeconfig: { } file } => new FileKubeconfig(
                cluster,
                path,
                file with
                {
                    Path = access.RequireFile(file.Path, path),
                },
                access,
                TokensOf,
                time
            ),
            _ => throw new RegistrationException($"The registration {path} names no way to authenticate. Add one under authentication"),
        };

    public void Dispose()
    {
        foreach (var tokens in entra.Values.Where(t => t.IsValueCreated))
            tokens.Value.Dispose();
    }

    private KeptSecret SecretOf(KeyVaultCredential vault, string path)
    {
        access.RequireRemote(vault.Vault, path);
        return secrets.Of(vault, path);
    }

    private TokenSource TokensOf(EntraCredential identity) =>
        entra
            .GetOrAdd(
                (identity.ServerApplication, identity.ClientId),
                key => new(() => new EntraTokens(time, IdentityOf(key.Client), key.Server))
            )
            .Value.GetAsync;

    private TokenCredential IdentityOf(Guid? client) => access.Identity ?? BlobVaults.SignIn(client);

    private FixedEndpoint Fixed(ClusterRegistration cluster, string path, TokenSource token)
    {
        var endpoint = new ClusterEndpoint
        {
            Server = cluster.Endpoint!,
            TrustedRoots = RootsOf(cluster),
            TlsServerName = cluster.TlsServerName,
            Token = token,
        };
        return new(access.RequireRemote(endpoint, path));
    }

    private static X509Certificate2Collection? RootsOf(ClusterRegistration cluster)
    {
        if (cluster.CertificateAuthority is null)
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(cluster.CertificateAuthority);
        return roots;
    }

    private sealed class FixedEndpoint(ClusterEndpoint endpoint) : IEndpointSource
    {
        public Task<ClusterEndpoint> GetAsync(CancellationToken cancellation) => Task.FromResult(endpoint);
    }
}
