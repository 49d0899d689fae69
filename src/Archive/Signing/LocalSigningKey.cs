using System.Security.Cryptography;

namespace Holdfast.Archive.Signing;

/// <summary>A private key that this process holds. It is never written anywhere.</summary>
public sealed class LocalSigningKey : ISigningKey
{
    private readonly ECDsa key;
    private readonly Lock gate = new();

    private LocalSigningKey(ECDsa key) => this.key = key;

    /// <summary>In PEM.</summary>
    public string PublicKey => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>
    /// Takes a P-256 private key as <c>openssl ecparam -name prime256v1 -genkey -noout</c> or <c>openssl genpkey</c> makes it.
    /// </summary>
    /// <exception cref="FormatException">No such key in it; the message holds nothing of it.</exception>
    public static LocalSigningKey FromPem(ReadOnlySpan<char> pem)
    {
        var pair = SigningKeys.FromPem(pem, "private");
        try
        {
            pair.SignData([], HashAlgorithmName.SHA256);
            return new(pair);
        }
        catch (CryptographicException e)
        {
            pair.Dispose();
            throw new FormatException("the PEM text holds a public key; signing needs the private one", e);
        }
    }

    public ValueTask<ECDsa> PublicKeyAsync(CancellationToken cancellation) =>
        ValueTask.FromResult(ECDsa.Create(key.ExportParameters(false)));

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation)
    {
        lock (gate)
            return ValueTask.FromResult(key.SignHash(digest.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    public void Dispose() => key.Dispose();
}
