using Holdfast.Machine.Terminals;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// A data key, wrapped, and what captures encrypt with it from then on: the one with the highest number counts. Written once. Specified in
/// docs/format.md, "Keys".
/// </summary>
public sealed record KeyDocument
{
    public const string FormatName = "holdfast-key";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>From 1, without a gap; that of the path.</summary>
    public required int Number { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required EncryptionScope Encrypts { get; init; }

    /// <summary>Which data key; it follows from the key itself.</summary>
    public required ContentDigest DataKey { get; init; }
    public required WrappedKey Wrap { get; init; }

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.KeyDocument);

    /// <summary>The document's bytes as if its key weren't wrapped yet: what an authenticated wrapping is bound to.</summary>
    public byte[] UnwrappedBytes() => (this with { Wrap = Wrap with { Value = null, Signature = null } }).ToBytes();

    /// <summary>What a signature is over: the document's bytes as if it had none.</summary>
    public byte[] SignedBytes() => (this with { Wrap = Wrap with { Signature = null } }).ToBytes();

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static KeyDocument Read(ReadOnlySpan<byte> json, int number)
    {
        var path = VaultPaths.Key(number);
        var read = VaultDocument.Read(json, VaultJson.Default.KeyDocument, FormatName, CurrentVersion, path);
        if (read.Number != number)
            throw VaultDocument.Malformed(path, $"it is key document {read.Number}", null);
        if (read.Wrap.Fault() is { } fault)
            throw VaultDocument.Malformed(path, fault, null);
        return json.SequenceEqual(read.ToBytes())
            ? read
            : throw VaultDocument.Malformed(path, "it isn't in the canonical form of a key document", null);
    }
}

/// <summary>A data key as it lies in the vault.</summary>
public sealed record WrappedKey
{
    /// <summary>By a key of a Key Vault or Managed HSM: RSA with OAEP, SHA-256 and MGF1 with SHA-256.</summary>
    public const string KeyVault = "RSA-OAEP-256";

    /// <summary>By a passphrase: Argon2id, then AES-256-GCM.</summary>
    public const string Passphrase = "ARGON2ID-A256GCM";

    public const int SaltBytes = 16;

    /// <summary>A nonce of 12 bytes, the key, a tag of 16.</summary>
    public const int SealedBytes = 12 + 32 + 16;

    private const int LargestRsaBytes = 512;

    public required string Algorithm { get; init; }

    /// <summary>The URL of the Key Vault's key, with its version.</summary>
    public string? Key { get; init; }

    /// <summary>Of Argon2id, in KiB.</summary>
    public int? Memory { get; init; }
    public int? Iterations { get; init; }
    public int? Parallelism { get; init; }
    public byte[]? Salt { get; init; }
    public byte[]? Value { get; init; }

    /// <summary>By the same key of the Key Vault: RSASSA-PSS with SHA-256 (<c>PS256</c>).</summary>
    public byte[]? Signature { get; init; }

    internal string? Fault() =>
        Algorithm switch
        {
            KeyVault => KeyVaultFault(),
            Passphrase => PassphraseFault(),
            _ => $"it is wrapped in a way that this format doesn't know ('{(PlainToken.Is(Algorithm) ? Algorithm : "?")}')",
        };

    private string? KeyVaultFault()
    {
        if (Memory is not null || Iterations is not null || Parallelism is not null || Salt is not null)
            return "a key that a Key Vault wraps has no parameters of a passphrase";
        if (Key is not { Length: > 0 and <= 300 } || Key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return "it doesn't name the key that wraps it";
        return Value is { Length: > 0 and <= LargestRsaBytes } && Signature is { Length: > 0 and <= LargestRsaBytes }
            ? null
            : "its wrapped key or signature has no possible length";
    }

    private string? PassphraseFault()
    {
        if (Key is not null || Signature is not null)
            return "a key that a passphrase wraps has neither another key nor a signature";
        if (Memory is not (>= 8 << 10 and <= 256 << 10) || Iterations is not (>= 1 and <= 10) || Parallelism is not (>= 1 and <= 16))
            return "its parameters of Argon2id are beyond what a reader accepts";
        return Value is { Length: SealedBytes } && Salt is { Length: SaltBytes } ? null : "its wrapped key or salt has no possible length";
    }
}
