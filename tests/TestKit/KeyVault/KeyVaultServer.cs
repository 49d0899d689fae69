using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.KeyVault;

/// <summary>A Key Vault with one version of one key, on a curve or of RSA, over TLS on loopback: api-version 7.4.</summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key, https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign, and
/// for refusals https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
/// </remarks>
public sealed class KeyVaultServer : IAsyncDisposable
{
    public const string KeyPath = "/keys/holdfast/0123456789abcdef0123456789abcdef";
    private const string Version = "7.4";

    private readonly TestAuthority authority;
    private readonly ECDsa key;
    private readonly RSA? rsa;
    private StubServer server = null!;

    private KeyVaultServer(TestAuthority authority, ECCurve curve, RSA? rsa) =>
        (this.authority, key, this.rsa) = (authority, ECDsa.Create(curve), rsa);

    public string Address => new Uri(server.Url, KeyPath).AbsoluteUri;

    /// <summary>In PEM.</summary>
    public string PublicKey => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The method and action of each request that came with a token: <c>GET</c>, <c>POST sign</c>.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Answers instead of the vault, where it gives a status and a code.</summary>
    public Func<string, (int Status, string Code)?> Refuses { get; set; } = _ => null;

    /// <summary>Signs with another key than it shows.</summary>
    public bool Lies { get; set; }

    public static Task<KeyVaultServer> StartAsync(ECCurve? curve = null) => StartAsync(curve ?? ECCurve.NamedCurves.nistP256, null);

    /// <summary>With an RSA key, which wraps, unwraps and signs.</summary>
    public static Task<KeyVaultServer> StartRsaAsync(int bits = 2048) => StartAsync(ECCurve.NamedCurves.nistP256, RSA.Create(bits));

    private static async Task<KeyVaultServer> StartAsync(ECCurve curve, RSA? rsa)
    {
        var vault = new KeyVaultServer(TestAuthority.Create(), curve, rsa);
        vault.server = await StubServer.StartAsync(vault.AnswerAsync, vault.authority.ForServer(["127.0.0.1"]));
        return vault;
    }

    /// <summary>A client that trusts its certificate.</summary>
    public HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                SslOptions = new()
                {
                    CertificateChainPolicy = new()
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        RevocationMode = X509RevocationMode.NoCheck,
                        CustomTrustStore = { authority.Certificate },
                    },
                },
            }
        );

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        authority.Dispose();
        key.Dispose();
        rsa?.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
        {
            context.Response.Headers.WWWAuthenticate =
                "Bearer authorization=\"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555\", "
                + "resource=\"https://vault.azure.net\"";
            await RefuseAsync(context, 401, "Unauthorized");
            return;
        }
        var path = request.Path.Value!;
        var asked = path.StartsWith($"{KeyPath}/", StringComparison.Ordinal)
            ? $"{request.Method} {path[(KeyPath.Length + 1)..]}"
            : request.Method;
        Asked.Add(asked);
        if (Refuses(asked) is { } refusal)
            await RefuseAsync(context, refusal.Status, refusal.Code);
        else if (request.Query["api-version"] != Version)
            await RefuseAsync(context, 400, "BadParameter");
        else if (asked == "GET" && request.Path == KeyPath)
            await GiveAsync(
                context,
                new()
                {
                    ["key"] = Shown(),
                    ["attributes"] = new JsonObject { ["enabled"] = true },
                }
            );
        else if (rsa is not null && asked is "POST sign" or "POST wrapkey" or "POST unwrapkey")
            await UseAsync(context, rsa, asked);
        else if (asked == "POST sign")
            await SignAsync(context);
        else
            await RefuseAsync(context, 404, "KeyNotFound");
    }

    private async Task SignAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var digest = Base64Url.DecodeFromChars((string)body["value"]!);
        if ((string?)body["alg"] != "ES256" || digest.Length != 32)
        {
            await RefuseAsync(context, 400, "BadParameter");
            return;
        }
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var value = (Lies ? other : key).SignHash(digest, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        await GiveAsync(context, new() { ["kid"] = Address, ["value"] = Base64Url.EncodeToString(value) });
    }

    private async Task UseAsync(HttpContext context, RSA with, string asked)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var value = Base64Url.DecodeFromChars((string)body["value"]!);
        byte[]? answer = (asked, (string?)body["alg"]) switch
        {
            ("POST sign", "PS256") => with.SignHash(value, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            ("POST wrapkey", "RSA-OAEP-256") => with.Encrypt(value, RSAEncryptionPadding.OaepSHA256),
            ("POST unwrapkey", "RSA-OAEP-256") => with.Decrypt(value, RSAEncryptionPadding.OaepSHA256),
            _ => null,
        };
        if (answer is null)
            await RefuseAsync(context, 400, "BadParameter");
        else
            await GiveAsync(context, new() { ["kid"] = Address, ["value"] = Base64Url.EncodeToString(answer) });
    }

    private JsonObject Shown()
    {
        if (rsa?.ExportParameters(false) is { } shown)
            return new()
            {
                ["kid"] = Address,
                ["kty"] = "RSA",
                ["key_ops"] = new JsonArray("wrapKey", "unwrapKey", "sign", "verify"),
                ["n"] = Base64Url.EncodeToString(shown.Modulus),
                ["e"] = Base64Url.EncodeToString(shown.Exponent),
            };
        var half = key.ExportParameters(false);
        return new()
        {
            ["kid"] = Address,
            ["kty"] = "EC",
            ["key_ops"] = new JsonArray("sign", "verify"),
            ["crv"] = half.Q.X!.Length == 32 ? "P-256" : "P-384",
            ["x"] = Base64Url.EncodeToString(half.Q.X),
            ["y"] = Base64Url.EncodeToString(half.Q.Y),
        };
    }

    private static Task GiveAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        if (status == 429)
            context.Response.Headers.RetryAfter = "0";
        var error = new { error = new { code, message = "the caller's token was eyJhbGciOi.secret" } };
        return context.Response.WriteAsync(JsonSerializer.Serialize(error));
    }
}
