using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>Gives the endpoint to connect to; the same object for as long as a connection to it may be kept.</summary>
internal interface IEndpointSource
{
    Task<ClusterEndpoint> GetAsync(CancellationToken cancellation);
}

/// <summary>Makes endpoints of registrations.</summary>
internal sealed class RegisteredEndpoints(RegistrationAccess access, CloudCredentials cloud, TimeProvider time)
{
    /// <param name="path">Of the registration, for messages.</param>
    /// <exception cref="RegistrationException">It uses what it may not.</exception>
    public IEndpointSource SourceOf(ClusterRegistration cluster, string path) =>
        cluster.Authentication switch
        {
            { KeyVault: { Holds: SecretContent.Kubeconfig } vault } => new SecretKubeconfig(
                cluster,
                path,
                SecretOf(vault, path),
                vault.Context,
                access,
                cloud,
                time
            ),
            { Aks: not null } when cluster.Azure is { } azure => new SecretKubeconfig(
                cluster,
                path,
                cloud.KubeconfigOf(azure.ResourceId, path),
                context: null,
                access,
                cloud,
                time
            ),
            { KeyVault: { } vault } => Fixed(cluster, path, new SecretToken(SecretOf(vault, path), path).GetAsync),
            { EntraId: { } identity } => Fixed(cluster, path, cloud.TokensOf(identity)),
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
                cloud,
                time
            ),
            _ => throw new RegistrationException($"The registration {path} names no way to authenticate. Add one under authentication"),
        };

    private NamedSecret SecretOf(KeyVaultCredential vault, string path)
    {
        access.RequireRemote(vault.Vault, path);
        return cloud.SecretOf(vault, path);
    }

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
