using System.Security.Cryptography;

namespace Holdfast.Archive.Signing;

/// <summary>A private key on P-256, wherever it is kept. Thread-safe. Faults of what keeps it are thrown as they are.</summary>
public interface ISigningKey : IDisposable
{
    /// <summary>The public half. The caller disposes it.</summary>
    ValueTask<ECDsa> PublicKeyAsync(CancellationToken cancellation);

    /// <param name="digest">SHA-256 of what is signed.</param>
    /// <returns>The 64 bytes r and s (IEEE P1363).</returns>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation);
}
