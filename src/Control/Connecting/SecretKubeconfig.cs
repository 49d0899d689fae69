using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>
/// A kubeconfig that a Key Vault secret holds, or that AKS gives. A new version of it gives a new endpoint; credentials that the cluster
/// refuses are read again at once, for the work that is under way.
/// </summary>
/// <param name="context">Of the kubeconfig; null: its current one.</param>
internal sealed class SecretKubeconfig(
    ClusterRegistration cluster,
    string path,
    NamedSecret secret,
    string? context,
    RegistrationAccess access,
    CloudCredentials cloud,
    TimeProvider time
) : IEndpointSource
{
    private volatile Parsed? last;

    public async Task<ClusterEndpoint> GetAsync(CancellationToken cancellation) => (await ParsedAsync(renew: false, cancellation)).Endpoint;

    private async ValueTask<Parsed> ParsedAsync(bool renew, CancellationToken cancellation)
    {
        var text = await secret.ReadAsync(renew, cancellation);
        if (last is { } parsed && ReferenceEquals(parsed.Text, text))
            return parsed;
        var target = Parse(text);
        return last = new(text, target, Renewing(target));
    }

    private ClusterEndpoint Parse(string text)
    {
        try
        {
            var target = Kubeconfig.Parse(text, secret.Description).Resolve(context, time, KubeloginTokens);
            return RegisteredServer.Require(cluster, path, target.Endpoint, access);
        }
        catch (KubeconfigException e)
        {
            throw new RegistrationException($"The cluster '{cluster.Name}' can't be opened: {e.Message}", e);
        }
    }

    /// <summary>AKS kubeconfigs name kubelogin, whose tokens come from Azure.Identity here; no other program is run.</summary>
    private TokenSource? KubeloginTokens(ExecSpec plugin) => Kubelogin.IdentityOf(plugin) is { } identity ? cloud.TokensOf(identity) : null;

    private ClusterEndpoint Renewing(ClusterEndpoint endpoint) =>
        endpoint with
        {
            Token = endpoint.Token is null ? null : TokenAsync,
            ClientCertificate = null,
            ClientCertificateSource = endpoint.ClientCertificate is null ? null : CertificateAsync,
        };

    private async ValueTask<string?> TokenAsync(bool renew, CancellationToken cancellation) =>
        (await ParsedAsync(renew, cancellation)).Read.Token is { } token ? await token(renew, cancellation) : null;

    private async ValueTask<X509Certificate2?> CertificateAsync(bool renew, CancellationToken cancellation) =>
        (await ParsedAsync(renew, cancellation)).Read.ClientCertificate;

    /// <param name="Read">As the kubeconfig has it.</param>
    /// <param name="Endpoint">The same, whose credentials are looked up again when they are needed.</param>
    private sealed record Parsed(string Text, ClusterEndpoint Read, ClusterEndpoint Endpoint);
}
