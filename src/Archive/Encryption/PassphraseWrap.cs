using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format.Documents;
using Konscious.Security.Cryptography;

namespace Holdfast.Archive.Encryption;

/// <summary>A passphrase, made a key by Argon2id, which seals data keys with AES-256-GCM. Specified in docs/format.md, "Keys".</summary>
public sealed class PassphraseWrap : IKeyWrap
{
    /// <summary>RFC 9106, section 4, the second recommended option.</summary>
    private const int Memory = 64 << 10;
    private const int Iterations = 3;
    private const int Parallelism = 4;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Fewer characters are guessed, whatever they are stretched by.</summary>
    private const int Shortest = 12;

    private const int Longest = 4096;

    private readonly byte[] passphrase;
    private readonly int memory;
    private readonly int iterations;

    private PassphraseWrap(byte[] passphrase, int memory, int iterations) =>
        (this.passphrase, this.memory, this.iterations) = (passphrase, memory, iterations);

    public string Name => "the passphrase";

    /// <exception cref="FormatException">It is too short or too long; the message holds nothing of it.</exception>
    public static PassphraseWrap Of(string passphrase) => Of(passphrase, Memory, Iterations);

    /// <summary>The same with other costs, for tests.</summary>
    internal static PassphraseWrap Of(string passphrase, int memory, int iterations) =>
        passphrase.Length is >= Shortest and <= Longest
            ? new(Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormC)), memory, iterations)
            : throw new FormatException($"a passphrase has {Shortest} to {Longest} characters: use a long one, made at random");

    public bool Handles(WrappedKey wrapped) => wrapped.Algorithm == WrappedKey.Passphrase;

    public Task<KeyDocument> WrapAsync(KeyDocument draft, DataKey key, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(WrappedKey.SaltBytes);
        return Task.FromResult(Wrap(draft, key, salt, RandomNumberGenerator.GetBytes(NonceBytes)));
    }

    internal KeyDocument Wrap(KeyDocument draft, DataKey key, byte[] salt, byte[] nonce)
    {
        var document = draft with
        {
            Wrap = new()
            {
                Algorithm = WrappedKey.Passphrase,
                Memory = memory,
                Iterations = iterations,
                Parallelism = Parallelism,
                Salt = salt,
            },
        };
        var value = new byte[WrappedKey.SealedBytes];
        nonce.CopyTo(value, 0);
        using var cipher = new AesGcm(Stretched(document.Wrap), TagBytes);
        cipher.Encrypt(
            nonce,
            key.Secret.Span,
            value.AsSpan(NonceBytes, DataKey.Length),
            value.AsSpan(NonceBytes + DataKey.Length),
            document.UnwrappedBytes()
        );
        return document with { Wrap = document.Wrap with { Value = value } };
    }

    public Task<DataKey?> UnwrapAsync(KeyDocument document, CancellationToken cancellation) =>
        Task.Run(() => Unwrap(document), cancellation);

    private DataKey? Unwrap(KeyDocument document)
    {
        var value = document.Wrap.Value.AsSpan();
        Span<byte> secret = stackalloc byte[DataKey.Length];
        using var cipher = new AesGcm(Stretched(document.Wrap), TagBytes);
        try
        {
            cipher.Decrypt(
                value[..NonceBytes],
                value.Slice(NonceBytes, DataKey.Length),
                value[(NonceBytes + DataKey.Length)..],
                secret,
                document.UnwrappedBytes()
            );
            return DataKey.Of(secret, document.DataKey);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The document's parameters are within what it may say.</summary>
    private byte[] Stretched(WrappedKey wrapped)
    {
        using var argon = new Argon2id(passphrase)
        {
            Salt = wrapped.Salt,
            MemorySize = wrapped.Memory!.Value,
            Iterations = wrapped.Iterations!.Value,
            DegreeOfParallelism = wrapped.Parallelism!.Value,
        };
        return argon.GetBytes(DataKey.Length);
    }
}
