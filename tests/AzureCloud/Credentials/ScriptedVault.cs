using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.AzureCloud.Credentials;
using Holdfast.Control.Connecting;

namespace Holdfast.AzureCloud.Tests.Credentials;

/// <summary>A Key Vault of one secret: challenges like the real one, then answers as a test says.</summary>
internal sealed class ScriptedVault : HttpMessageHandler
{
    public const string Url = "https://acme.vault.azure.net";

    /// <summary>Answers a read that came with a token, instead of the secret.</summary>
    public Func<HttpResponseMessage>? Answer { get; set; }
    public string Secret { get; set; } = "";
    public string Version { get; set; } = "1";

    /// <summary>Reads that came with a token.</summary>
    public int Reads { get; private set; }

    public List<string> Paths { get; } = [];

    /// <summary>What the app's identity was asked for tokens of.</summary>
    public List<string> Scopes { get; } = [];

    public static RegistrationAccess Access => new() { CredentialFolders = ["/"], LocalEndpoints = true };

    public TokenCredential Identity => new FixedIdentity(Scopes);

    public CloudCredentials Credentials(RegistrationAccess access, TimeProvider time) =>
        AzureCredentials.Of(access, time, Identity, new() { Transport = new HttpClientTransport(this), Retry = { MaxRetries = 0 } });

    public static HttpResponseMessage Refuse(int status, string code) =>
        new((HttpStatusCode)status) { Content = Json(new { error = new { code, message = "the caller's token was eyJhbGciOi.secret" } }) };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is null)
        {
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            challenge.Headers.TryAddWithoutValidation(
                "WWW-Authenticate",
                "Bearer authorization=\"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555\", "
                    + "resource=\"https://vault.azure.net\""
            );
            return Task.FromResult(challenge);
        }
        Reads++;
        Paths.Add(request.RequestUri!.AbsolutePath);
        return Task.FromResult(
            Answer?.Invoke()
                ?? new(HttpStatusCode.OK)
                {
                    Content = Json(
                        new
                        {
                            value = Secret,
                            id = $"{Url}/secrets/{request.RequestUri.Segments[2].TrimEnd('/')}/{Version}",
                            attributes = new { enabled = true },
                        }
                    ),
                }
        );
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private sealed class FixedIdentity(List<string> scopes) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            scopes.AddRange(requestContext.Scopes);
            return new("entra-token", DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
