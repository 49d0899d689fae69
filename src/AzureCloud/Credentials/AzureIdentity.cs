using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Identity;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Machine.Faults;

namespace Holdfast.AzureCloud.Credentials;

/// <summary>Whom Azure takes this machine for: environment, workload and managed identity, Azure CLI; never interactive.</summary>
public static class AzureIdentity
{
    private const string Storage = "https://storage.azure.com/.default";

    /// <returns>The user or the application with its tenant, as a token for storage says it, for a person.</returns>
    /// <exception cref="InvalidOperationException">No way to sign in works here; the message says what was tried.</exception>
    public static async Task<string> NameAsync(CancellationToken cancellation)
    {
        try
        {
            return NameIn((await BlobVaults.SignIn().GetTokenAsync(new([Storage]), cancellation)).Token);
        }
        catch (AuthenticationFailedException e)
        {
            throw new InvalidOperationException(e.Message.Split('\n')[0].Trim(), e);
        }
    }

    /// <param name="token">Its claims are shown, and nothing of its signature. They aren't verified: the storage does that.</param>
    internal static string NameIn(string token)
    {
        if (token.Split('.') is not [_, var payload, _] || Claims(payload) is not { } claims)
            return "an identity that its token doesn't name";
        var name = Text(claims, "upn") ?? Text(claims, "unique_name") ?? Text(claims, "preferred_username");
        var tenant = Text(claims, "tid") is { } tid ? $" of tenant {tid}" : "";
        return name is not null
            ? $"{name}{tenant}"
            : $"application {Text(claims, "appid") ?? "?"} (object id {Text(claims, "oid") ?? "?"}){tenant}";
    }

    private static JsonObject? Claims(string payload)
    {
        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(payload))) as JsonObject;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    private static string? Text(JsonObject claims, string name) =>
        claims[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
