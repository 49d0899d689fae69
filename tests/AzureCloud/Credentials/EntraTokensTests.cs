using Azure.Core;
using Azure.Identity;
using Holdfast.AzureCloud.Credentials;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AzureCloud.Tests.Credentials;

public sealed class EntraTokensTests
{
    private readonly FakeTimeProvider time = new(new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero));
    private readonly CountingCredential credential;

    public EntraTokensTests() => credential = new(time);

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_it_expires()
    {
        var tokens = new EntraTokens(time, credential);
        TokenSource source = tokens.GetAsync;

        Assert.Equal("token-1", await source(false, default));
        time.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal("token-1", await source(false, default));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("token-2", await source(false, default));
        Assert.Equal(["6dae42f8-4368-4678-94ff-3960e28e3630/.default"], credential.Scopes.Distinct());
    }

    [Fact]
    public async Task A_refused_token_is_fetched_again_and_many_callers_cause_one_request()
    {
        var tokens = new EntraTokens(time, credential);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await tokens.GetAsync(false, default))));
        Assert.Single(credential.Scopes);

        Assert.Equal("token-2", await tokens.GetAsync(true, default));
    }

    [Fact]
    public async Task A_sign_in_that_fails_is_the_clusters_authentication()
    {
        var tokens = new EntraTokens(time, new NoCredential());

        var failure = await Assert.ThrowsAsync<ClusterException>(async () => await tokens.GetAsync(false, default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains("az login", failure.Message);
    }

    private sealed class CountingCredential(TimeProvider time) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new($"token-{Scopes.Count}", time.GetUtcNow().AddHours(1));
        }

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return GetToken(requestContext, cancellationToken);
        }
    }

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("none");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("none");
    }
}
