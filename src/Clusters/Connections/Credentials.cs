using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Gives the bearer token of the next request; null for none. Called for every request: it caches and renews by itself. Thread-safe.
/// </summary>
/// <param name="renew">The last token was refused with 401: fetch another one.</param>
public delegate ValueTask<string?> TokenSource(bool renew, CancellationToken cancellation);

/// <summary>Gives the client certificate of the next request, under the rules of <see cref="TokenSource"/>; null for none.</summary>
public delegate ValueTask<X509Certificate2?> CertificateSource(bool renew, CancellationToken cancellation);

/// <summary>The credentials of one request.</summary>
internal sealed record Credential(string? Token, X509Certificate2? Certificate)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(Credential);
}

/// <summary>
/// The endpoint's credentials: if many requests are refused at once, the first renews and the others use its result.
/// </summary>
internal sealed class Credentials(ClusterEndpoint endpoint) : IDisposable
{
    private readonly SemaphoreSlim renewal = new(1, 1);

    /// <summary>Fetching again may give a different credential.</summary>
    public bool CanRenew => endpoint.Token is not null || endpoint.ClientCertificateSource is not null;

    /// <param name="refused">The credential that the server refused with 401; null: none yet.</param>
    public async ValueTask<Credential> GetAsync(Credential? refused, CancellationToken cancellation)
    {
        if (refused is null)
            return await FetchAsync(renew: false, cancellation);
        await renewal.WaitAsync(cancellation);
        try
        {
            var current = await FetchAsync(renew: false, cancellation);
            return current != refused ? current : await FetchAsync(renew: true, cancellation);
        }
        finally
        {
            renewal.Release();
        }
    }

    public void Dispose() => renewal.Dispose();

    private async ValueTask<Credential> FetchAsync(bool renew, CancellationToken cancellation)
    {
        var token = endpoint.Token is null ? null : await endpoint.Token(renew, cancellation);
        // If both come from one plugin, renewing the token has renewed the certificate.
        var certificate = endpoint.ClientCertificateSource is null
            ? endpoint.ClientCertificate
            : await endpoint.ClientCertificateSource(renew && endpoint.Token is null, cancellation);
        return new(token, certificate);
    }
}
