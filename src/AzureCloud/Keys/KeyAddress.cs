using System.Buffers;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Connecting;

namespace Holdfast.AzureCloud.Keys;

/// <summary>One version of a key: <c>https://NAME.vault.azure.net/keys/KEY/VERSION</c>.</summary>
public sealed record KeyAddress
{
    private const string Example = "https://NAME.vault.azure.net/keys/KEY/VERSION";

    /// <summary>
    /// Of Key Vault and Managed HSM, in each cloud: the audience of tokens for them. A token is sent to no other host.
    /// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
    /// </summary>
    private static readonly string[] Domains =
    [
        "vault.azure.net",
        "vault.azure.cn",
        "vault.usgovcloudapi.net",
        "managedhsm.azure.net",
        "managedhsm.azure.cn",
        "managedhsm.usgovcloudapi.net",
    ];

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"
    );

    private KeyAddress(Uri key, string audience) => (Key, Audience) = (key, audience);

    public Uri Key { get; }

    /// <summary>Whom tokens for it are for.</summary>
    internal string Audience { get; }

    public static bool IsMeantBy(string text) => text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <param name="access">Key Vaults on this machine only where it says so.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static KeyAddress Parse(string text, RegistrationAccess access)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Scheme != Uri.UriSchemeHttps
            || url is not { UserInfo: "", Fragment: "", Query: "" }
            || !(url.Segments is ["/", "keys/", [.. var name, '/'], var version] && IsPlain(name) && IsPlain(version))
        )
            throw new FormatException(
                $"it is not the address of a version of a key: {Example} is expected. The version is needed because another one is another "
                    + "key, which has to be trusted first"
            );
        var domain = Array.Find(Domains, d => url.Host.EndsWith($".{d}", StringComparison.OrdinalIgnoreCase));
        if (domain is null && !(access.LocalEndpoints && LocalAddresses.IsNamedBy(url)))
            throw new FormatException($"{url.Host} is not the host of a Key Vault: {Example} is expected");
        return new(url, $"https://{domain ?? Domains[0]}");
    }

    public override string ToString() => $"the key {Key.GetLeftPart(UriPartial.Path)}";

    /// <summary>As names and versions of keys are.</summary>
    private static bool IsPlain(string text) => text.Length is > 0 and <= 127 && !text.AsSpan().ContainsAnyExcept(NameCharacters);
}
