using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// How far an image is, as the sequence number of its page blob has it: setting it makes no new version of the blob, as metadata would. The
/// upper bits are the image's own, since a copied blob brings the number of the one that it was copied from. Pure.
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/set-blob-properties, x-ms-blob-sequence-number: 0 to 2^63 - 1. The emulator keeps
/// 53 bits of it.
/// </remarks>
internal static class ImageProgress
{
    /// <summary>Bytes that are copied before it is noted.</summary>
    public const long Window = 1L << 30;

    /// <summary>The largest disk, 32 TiB, has 2^15 windows, and one for its footer.</summary>
    private const int Bits = 16;
    private const int AllBits = 53;
    private const long Finished = (1L << Bits) - 1;

    /// <param name="path">Of the image.</param>
    /// <param name="done">Windows, from the first.</param>
    public static long At(string path, long done) => Own(path) | done;

    public static long AtEnd(string path) => Own(path) | Finished;

    public static bool IsFinished(string path, long sequence) => sequence == AtEnd(path);

    /// <returns>Windows that are done, from the first.</returns>
    public static long DoneOf(string path, long sequence) => (sequence & ~Finished) == Own(path) ? sequence & Finished : 0;

    private static long Own(string path)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(path), digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest) & ((1L << AllBits) - 1) & ~Finished;
    }
}
