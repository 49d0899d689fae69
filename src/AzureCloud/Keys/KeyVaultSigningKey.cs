using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Holdfast.Archive.Signing;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;
using Holdfast.Machine.Faults;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Keys;

/// <summary>
/// A private key that stays in Azure Key Vault or Managed HSM, which signs with it as the app's own identity. Its public half is read once.
/// Throws <see cref="CloudException"/>: which key, which permission is missing. Thread-safe.
/// </summary>
/// <remarks>
/// REST over Azure.Core's pipeline (docs/decisions/0019-resource-manager-over-rest.md), api-version 7.4:
/// https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key and https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign
/// </remarks>
public sealed class KeyVaultSigningKey : ISigningKey
{
    private const string Version = "7.4";

    private readonly KeyAddress address;
    private readonly SealTrust? trusted;
    private readonly HttpPipeline pipeline;
    private volatile Half? known;

    /// <param name="access">Key Vaults on this machine only where it says so.</param>
    /// <param name="trusted">Whose keys are trusted to read; another key isn't used to sign. Null: any.</param>
    /// <param name="identity">Null: as this machine is signed in.</param>
    /// <param name="transport">Null: the usual.</param>
    public KeyVaultSigningKey(
        KeyAddress address,
        RegistrationAccess access,
        SealTrust? trusted = null,
        TokenCredential? identity = null,
        HttpPipelineTransport? transport = null
    )
    {
        (this.address, this.trusted) = (address, trusted);
        var options = KeyVaultRequests.To(address.Key, access, new Options());
        if (transport is not null)
            options.Transport = transport;
        var scope = $"{address.Audience}/.default";
        pipeline = HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(identity ?? BlobVaults.SignIn(), scope));
    }

    public async ValueTask<ECDsa> PublicKeyAsync(CancellationToken cancellation)
    {
        known ??= HalfIn(await SendAsync(RequestMethod.Get, "", null, cancellation));
        return known.ToKey();
    }

    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation)
    {
        var body = new JsonObject { ["alg"] = SealSigner.Algorithm, ["value"] = Base64Url.EncodeToString(digest.Span) };
        var answer = await SendAsync(RequestMethod.Post, "/sign", body, cancellation);
        return Decoded(answer, "value");
    }

    public void Dispose() { }

    private Half HalfIn(JsonObject answer)
    {
        var key = answer.Object("key");
        if (key.Text("kty") is not ("EC" or "EC-HSM") || key.Text("crv") != "P-256")
            throw Failure(CloudFailure.Invalid, "it is not on P-256. Make one with 'az keyvault key create --kty EC --curve P-256'");
        var half = new Half(Decoded(key, "x"), Decoded(key, "y"));
        using var read = Usable(half);
        if (trusted?.PublicKeys.Contains(read.ExportSubjectPublicKeyInfoPem()) == false)
            throw Failure(
                CloudFailure.Invalid,
                "it is not among the trusted keys, so that what it signs couldn't be read. Add what 'az keyvault key download --encoding "
                    + "PEM' gives to HOLDFAST_PUBLIC_KEYS"
            );
        return half;
    }

    private ECDsa Usable(Half half)
    {
        try
        {
            return half.ToKey();
        }
        catch (CryptographicException e)
        {
            throw Strange(e);
        }
    }

    private byte[] Decoded(JsonObject? from, string member)
    {
        try
        {
            return Base64Url.DecodeFromChars(from.Text(member) ?? throw new FormatException());
        }
        catch (FormatException e)
        {
            throw Strange(e);
        }
    }

    private async Task<JsonObject> SendAsync(RequestMethod method, string action, JsonObject? body, CancellationToken cancellation)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new($"{address.Key.GetLeftPart(UriPartial.Path)}{action}?api-version={Version}"));
        message.Request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(ManifestJson.Write(body));
        }
        try
        {
            await pipeline.SendAsync(message, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && Translate(e) is not null)
        {
            throw Translate(e)!;
        }
        var answer = Read(message.Response);
        return message.Response.Status == 200 && answer is not null ? answer : throw Refused(message.Response.Status, answer);
    }

    private static JsonObject? Read(Response response)
    {
        try
        {
            return JsonNode.Parse(response.Content.ToMemory().Span) as JsonObject;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    /// <summary>Messages are made from status and error code only.</summary>
    private CloudException Refused(int status, JsonObject? answer)
    {
        var code = answer.Object("error").Text("code") ?? "";
        var said = $"{status} {code}".TrimEnd();
        return status switch
        {
            401 or 403 => Failure(
                CloudFailure.Forbidden,
                $"the vault refuses ({said}). The identity needs the role 'Key Vault Crypto User' on the key, or one with keys/read and "
                    + "keys/sign/action, the vault's firewall must let this app in, and the key must be enabled"
            ),
            404 => Failure(CloudFailure.NotFound, $"there is no such key or version ({said}). Correct the address"),
            429 => Failure(CloudFailure.Throttled, $"the vault is asked too often ({said}). It will be tried again"),
            >= 400 and < 500 => Failure(
                CloudFailure.Invalid,
                $"the vault can't sign with it ({said}). It must be a P-256 key that may sign"
            ),
            _ => Failure(CloudFailure.Unreachable, $"the vault doesn't answer as it should ({said}). Try again later"),
        };
    }

    /// <summary>Null: nothing of the service's.</summary>
    private CloudException? Translate(Exception fault) =>
        fault switch
        {
            AggregateException { InnerExceptions: [.., var inner] } => Translate(inner),
            AuthenticationFailedException => Failure(
                CloudFailure.NotAuthenticated,
                "no Entra ID sign-in works here. Give the app a managed identity, or sign in with 'az login'",
                fault
            ),
            _ when KeyVaultRequests.LocalAddressOf(fault) is { } local => Failure(
                CloudFailure.Invalid,
                $"{local.Message}. Correct the address, or set {RegistrationAccess.LocalEndpointsSetting}=true where one on this machine "
                    + "is meant",
                fault
            ),
            RequestFailedException or TaskCanceledException or TimeoutException or HttpRequestException or IOException => Failure(
                CloudFailure.Unreachable,
                "the vault can't be reached. Check its address, the network and its firewall",
                fault
            ),
            _ => null,
        };

    private CloudException Strange(Exception inner) =>
        Failure(CloudFailure.Unreachable, "the vault doesn't answer as a Key Vault does. Try again later", inner);

    private CloudException Failure(CloudFailure failure, string what, Exception? inner = null) =>
        new(failure, $"{address} can't be used to sign: {what}", inner);

    private sealed class Options : ClientOptions;

    private sealed record Half(byte[] X, byte[] Y)
    {
        public ECDsa ToKey() =>
            ECDsa.Create(
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = X, Y = Y },
                }
            );
    }
}
