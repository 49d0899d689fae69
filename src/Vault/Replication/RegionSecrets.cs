using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;
using Holdfast.Control.Documents;
using Holdfast.Control.Registration;

namespace Holdfast.Vault.Replication;

/// <summary>A key or a secret that a failover needs, and that only one Key Vault has, as far as is known.</summary>
/// <param name="Of">The cluster whose registration names it, <c>encryption</c> or <c>signatures</c>.</param>
/// <param name="Message">What it is and what to do, for a person.</param>
public sealed record RegionSecret(string Of, string Message);

/// <summary>
/// What may be lost with the region of a vault although its points are replicated: keys and secrets of Key Vaults. What is in a Key Vault
/// isn't read, only who names it.
/// </summary>
/// <param name="elsewhere">Hosts of Key Vaults whose content a standby has, too.</param>
public sealed class RegionSecrets(ImmutableHashSet<string> elsewhere)
{
    /// <summary>Where it is said which Key Vaults' content a standby has.</summary>
    public const string Variable = "HOLDFAST_REPLICATED_KEY_VAULTS";

    private const string Advice = $"put a copy where a standby reads it, and name the Key Vault in {Variable}";

    /// <param name="text">URLs of Key Vaults, with commas; null: none.</param>
    /// <exception cref="FormatException">One of them is no URL of a host.</exception>
    public static RegionSecrets Beside(string? text)
    {
        var hosts = ImmutableHashSet.CreateBuilder<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.PathAndQuery != "/")
                throw new FormatException($"'{part}' isn't the URL of a Key Vault, https://NAME.vault.azure.net");
            hosts.Add(url.Host);
        }
        return new(hosts.ToImmutable());
    }

    /// <param name="control">Whose registrations count; null: none.</param>
    /// <param name="signingKey">Of a Key Vault; null: none of one signs.</param>
    public async Task<ImmutableArray<RegionSecret>> FindAsync(
        IBlobStore vault,
        ControlDocuments? control,
        Uri? signingKey,
        CancellationToken cancellation
    )
    {
        var registered = control is null ? [] : await control.AllClustersAsync(cancellation);
        var keys = await KeyDocuments.ReadAsync(vault, cancellation);
        return
        [
            .. registered.Select(r => r.Document).OfType<ClusterRegistration>().SelectMany(OfRegistration),
            .. keys.Documents.GroupBy(d => d.DataKey).SelectMany(OfDataKey),
            .. OfSignatures(signingKey),
        ];
    }

    private IEnumerable<RegionSecret> OfRegistration(ClusterRegistration registration) =>
        from secret in RegistrationNeeds.SecretsOf(registration)
        where !elsewhere.Contains(secret.Vault.Host)
        select new RegionSecret($"{registration.Name}", $"{secret.Need} may be lost with its region: {Advice}");

    /// <summary>One way to open it that is elsewhere is enough.</summary>
    private IEnumerable<RegionSecret> OfDataKey(IGrouping<ContentDigest, KeyDocument> documents)
    {
        var keys = documents.Select(d => d.Wrap.Key is { } key && Uri.TryCreate(key, UriKind.Absolute, out var url) ? url : null).ToList();
        if (keys.Contains(null))
            yield break;
        var hosts = keys.Select(k => k!.Host).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (hosts is [var only] && !elsewhere.Contains(only))
            yield return new(
                "encryption",
                $"the data key {documents.Key.ToString()[..8]} is wrapped with a key of {only} alone, and all that it encrypts may be lost "
                    + "with that one's region: wrap it with a key of another one, too (holdfast vault rotate-key --rewrap)"
            );
    }

    private IEnumerable<RegionSecret> OfSignatures(Uri? signingKey)
    {
        if (signingKey is not null && !elsewhere.Contains(signingKey.Host))
            yield return new(
                "signatures",
                $"points are signed with a key of {signingKey.Host}, which may be lost with its region: give a standby a key of its own, "
                    + $"have both public keys trusted in both regions, and name the Key Vault in {Variable}"
            );
    }
}
