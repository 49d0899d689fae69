using Azure.Core;
using Azure.Identity;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;

namespace Holdfast.AzureCloud.Identity;

/// <summary>Entra ID tokens for AKS clusters, as this machine is signed in. Each is kept until shortly before it expires; callers at once cause one request. Thread-safe.</summary>
/// <param name="credential">Null: environment, workload and managed identity, Azure CLI; never interactive.</param>
public sealed class EntraTokens(TimeProvider time, TokenCredential? credential = null) : IDisposable
{
    /// <summary>The application that every AKS API server with Entra ID is: the same in all tenants.</summary>
    private const string AksServerScope = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly TokenCredential credential = credential ?? BlobVaults.SignIn();
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

    public void Dispose() => gate.Dispose();

    private bool IsFresh(Kept? token) => token is not null && time.GetUtcNow() < token.ExpiresOn - Margin;

    private async Task<Kept> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([AksServerScope]), cancellation);
            return new(token.Token, token.ExpiresOn);
        }
        catch (AuthenticationFailedException e)
        {
            throw new ClusterException(
                ClusterFailure.NotAuthenticated,
                "No Entra ID sign-in works for the cluster: sign in with 'az login', or set AZURE_CLIENT_ID, AZURE_TENANT_ID and a secret or federated token",
                e);
        }
    }

    private sealed record Kept(string Token, DateTimeOffset ExpiresOn);
}
