using System.Buffers.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;
using Holdfast.Machine.Faults;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Keys;

/// <summary>What a key is needed for, for messages.</summary>
/// <param name="Verb">What the vault is to do with it: <c>sign</c>.</param>
/// <param name="Permissions">Which its user needs.</param>
/// <param name="Kind">A sentence: which kind of key it must be.</param>
internal sealed record KeyUse(string Verb, string Permissions, string Kind);

/// <summary>
/// One version of a key in Azure Key Vault or Managed HSM, asked as the app's own identity. Throws <see cref="CloudException"/>: which key,
/// which permission is missing. Thread-safe.
/// </summary>
/// <remarks>
/// REST over Azure.Core's pipeline (docs/decisions/0019-resource-manager-over-rest.md), api-version 7.4:
/// https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key, https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign,
/// https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key/wrap-key
/// </remarks>
internal sealed class KeyVaultKey
{
    private const string Version = "7.4";

    private readonly KeyAddress address;
    private readonly KeyUse use;
    private readonly HttpPipeline pipeline;

    /// <param name="access">Key Vaults on this machine only where it says so.</param>
    /// <param name="identity">Null: as this machine is signed in.</param>
    /// <param name="transport">Null: the usual.</param>
    public KeyVaultKey(
        KeyAddress address,
        RegistrationAccess access,
        KeyUse use,
        TokenCredential? identity = null,
        HttpPipelineTransport? transport = null
    )
    {
        (this.address, this.use) = (address, use);
        var options = KeyVaultRequests.To(address.Key, access, new Options());
        if (transport is not null)
            options.Transport = transport;
        var scope = $"{address.Audience}/.default";
        pipeline = HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(identity ?? BlobVaults.SignIn(), scope));
    }

    /// <summary>The key's public half, as a JSON Web Key.</summary>
    public async Task<JsonObject?> ShowAsync(CancellationToken cancellation) =>
        (await SendAsync(RequestMethod.Get, "", null, cancellation)).Object("key");

    /// <param name="action">With its slash: <c>/sign</c>.</param>
    public Task<JsonObject> AskAsync(string action, JsonObject body, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Post, action, body, cancellation);

    public byte[] Decoded(JsonObject? from, string member)
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

    public CloudException Strange(Exception inner) =>
        Failure(CloudFailure.Unreachable, "the vault doesn't answer as a Key Vault does. Try again later", inner);

    public CloudException Failure(CloudFailure failure, string what, Exception? inner = null) =>
        new(failure, $"{address} can't be used to {use.Verb}: {what}", inner);

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
                $"the vault refuses ({said}). The identity needs the role 'Key Vault Crypto User' on the key, or one with "
                    + $"{use.Permissions}, the vault's firewall must let this app in, and the key must be enabled"
            ),
            404 => Failure(CloudFailure.NotFound, $"there is no such key or version ({said}). Correct the address"),
            429 => Failure(CloudFailure.Throttled, $"the vault is asked too often ({said}). It will be tried again"),
            >= 400 and < 500 => Failure(CloudFailure.Invalid, $"the vault can't {use.Verb} with it ({said}). {use.Kind}"),
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

    private sealed class Options : ClientOptions;
}
