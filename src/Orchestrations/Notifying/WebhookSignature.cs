using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Control.Notifications;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>
/// Signs messages as Standard Webhooks has it: HMAC-SHA256 over <c>ID.TIMESTAMP.BODY</c>, as <c>v1,BASE64</c> in <c>webhook-signature</c>.
/// Pure.
/// </summary>
/// <remarks>
/// Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Signature scheme" and "Webhook headers".
/// Several keys, with a space between them, give several signatures: that is how a key is replaced.
/// </remarks>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int Shortest = 24;
    private const int Longest = 64;

    /// <exception cref="NotificationException">The secret holds no such key.</exception>
    public static string Of(string secret, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{Seconds(at)}."), .. body];
        var keys = secret.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var signatures = keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(key), signed))}").ToList();
        return signatures.Count > 0 ? string.Join(' ', signatures) : throw NoKey();
    }

    public static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] KeyOf(string text)
    {
        var bytes = new byte[Longest];
        var plain = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : "";
        return Convert.TryFromBase64String(plain, bytes, out var length) && length >= Shortest ? bytes[..length] : throw NoKey();
    }

    private static NotificationException NoKey() =>
        new(
            "what signingSecret names is no signing key: it is whsec_ and the base64 of 24 to 64 random bytes. Make one with "
                + "'echo whsec_$(openssl rand -base64 32)'"
        );
}
