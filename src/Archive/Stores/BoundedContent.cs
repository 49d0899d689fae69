using Holdfast.Archive.Format;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Reads a blob without trusting its claimed length: anyone with write access may have stored anything there.
/// </summary>
public static class BoundedContent
{
    private const int FirstBytes = 64 << 10;

    /// <param name="path">Determines, by <see cref="FormatLimits.BytesOf"/>, how long the blob may be.</param>
    /// <exception cref="ArchiveException">Malformed: it is longer.</exception>
    public static void Require(string path, long length, string location)
    {
        if (length > FormatLimits.BytesOf(path))
            throw TooLong(path, location, FormatLimits.BytesOf(path));
    }

    public static ArchiveException TooLong(string path, string location, int most) =>
        new(
            ArchiveFailure.Malformed,
            $"{path} in {location} has more than the {most} bytes that the format allows there; it wasn't read. Run 'holdfast verify' "
                + "to list all damage"
        );

    /// <summary>Allocates as bytes arrive, and never more than <paramref name="most"/>.</summary>
    /// <param name="claimed">The length that the store claims.</param>
    /// <returns>Null: there are more than <paramref name="most"/>.</returns>
    public static async Task<byte[]?> ReadAsync(Stream content, long claimed, int most, CancellationToken cancellation)
    {
        if (claimed > most)
            return null;
        var bytes = new byte[Math.Min(claimed <= 0 ? FirstBytes : (int)claimed, most)];
        for (var done = 0; ; )
        {
            var read = await content.ReadAtLeastAsync(bytes.AsMemory(done), bytes.Length - done, throwOnEndOfStream: false, cancellation);
            done += read;
            if (done < bytes.Length)
                return bytes[..done];
            var next = new byte[1];
            if (await content.ReadAsync(next, cancellation) == 0)
                return bytes;
            if (done == most)
                return null;
            Array.Resize(ref bytes, (int)Math.Min(most, Math.Max(done * 2L, FirstBytes)));
            bytes[done++] = next[0];
        }
    }
}
