using System.Text.RegularExpressions;

namespace Holdfast.Control.Reading;

/// <summary>
/// Recognises secrets where none may stand. It knows the forms that tokens, keys and kubeconfigs have; it can't know a password. In time in
/// proportion to the text, which may be a command's output.
/// </summary>
public static partial class SecretText
{
    private static readonly string[] Names =
    [
        "token",
        "bearertoken",
        "idtoken",
        "accesstoken",
        "refreshtoken",
        "sastoken",
        "password",
        "passwd",
        "passphrase",
        "username",
        "secretvalue",
        "clientsecret",
        "apikey",
        "accountkey",
        "connectionstring",
        "clientkey",
        "clientkeydata",
        "clientcertificate",
        "clientcertificatedata",
        "privatekey",
        "kubeconfigdata",
        "kubeconfigtext",
        "credentials",
    ];

    /// <summary>What kind of secret the text looks like; null: none that is known.</summary>
    public static string? KindOf(string text)
    {
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return "a private key";
        if (JsonWebToken().IsMatch(text))
            return "a bearer token";
        if (KubeconfigMember().IsMatch(text))
            return "the text of a kubeconfig";
        if (AccountKey().IsMatch(text))
            return "a storage account's key or SAS token";
        return UserInfo().IsMatch(text) ? "a URL with a password" : null;
    }

    /// <summary>
    /// Whether a member of that name would hold a secret, however it is written: <c>client-key-data</c>, <c>clientKeyData</c>.
    /// </summary>
    public static bool IsSecretName(string member)
    {
        var plain = string.Concat(member.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return Names.Contains(plain);
    }

    /// <summary>The text, or in its place a note that it was withheld.</summary>
    public static string Withhold(string text) => KindOf(text) is { } kind ? $"(withheld: it looked like {kind})" : text;

    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(
        @"(client-key-data|client-certificate-data|current-context)""?\s*:|\bkind""?\s*:\s*""?Config\b",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex KubeconfigMember();

    [GeneratedRegex(
        @"(AccountKey|SharedAccessSignature|[?&]sig)=",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex AccountKey();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*://[^/\s@]*:[^/\s@]*@", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserInfo();
}
