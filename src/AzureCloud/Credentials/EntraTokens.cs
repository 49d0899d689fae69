using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Identity;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Credentials;

/// <summary>
/// Entra ID tokens for clusters, as this machine is signed in. Each is kept until shortly before it expires; callers at once cause one
/// request. Thread-safe.
/// </summary>
/// <param name="credential">Null: environment, workload and managed identity, Azure CLI; never interactive.</param>
/// <param name="serverApplication">
/// The application that the API server is; null: that of every AKS API server with Entra ID, the same in all tenants.
/// </param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never taken holds nothing to dispose.")]
public sealed class EntraTokens(TimeProvider time, TokenCredential? credential = null, Guid? serverApplication = null)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly TokenCredential credential = credential ?? BlobVaults.SignIn();
    private readonly string scope = $"{serverApplication ?? EntraCredential.AksServer}/.default";
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Kept? kept;

    /// <summary>Gives the token of the next request: a <see cref="TokenSource"/>.</summary>
    /// <exception cref="ClusterException">NotAuthenticated: no way to sign in works here.</exception>
    public async ValueTask<string?> GetAsync(bool renew, CancellationToken cancellation)
    {
        var before = kept;
        if (!renew && IsFresh(before))
            return before!.Token;
        await gate.WaitAsync(cancellation);
        try
        {
            var refused = renew && kept?.Token == before?.Token;
            if (refused || !IsFresh(kept))
                kept = await FetchAsync(cancellation);
            return kept!.Token;
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsFresh(Kept? token) => token is not null && time.GetUtcNow() < token.ExpiresOn - Margin;

    private async Task<Kept> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellation);
            return new(token.Token, token.ExpiresOn);
        }
        catch (AuthenticationFailedException e)
        {
            throw new ClusterException(
                ClusterFailure.NotAuthenticated,
                "No Entra ID sign-in works for the cluster: sign in with 'az login', or set AZURE_CLIENT_ID, AZURE_TENANT_ID and a "
                    + "secret or federated token",
                e
            );
        }
    }

    private sealed record Kept(string Token, DateTimeOffset ExpiresOn);
}
