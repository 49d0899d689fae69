using System.IO.Compression;

namespace Holdfast.Archive.Format.Documents;

/// <summary>One JSON document in one gzip member.</summary>
internal static class GzipDocument
{
    public static byte[] Pack(byte[] json)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
            gzip.Write(json);
        return output.ToArray();
    }

    /// <param name="what">With its article, for messages: <c>an inventory</c>.</param>
    /// <exception cref="ArchiveException">Malformed: larger than the limits, or not gzip.</exception>
    public static ReadOnlySpan<byte> Unpack(byte[] gzip, int gzipLimit, int rawLimit, string path, string what)
    {
        if (gzip.Length > gzipLimit)
            throw VaultDocument.Malformed(path, $"its {gzip.Length} bytes are more than {what} may have", null);
        if (!gzip.AsSpan().StartsWith(GzipHeader.Magic))
            throw VaultDocument.Malformed(path, "its codec isn't gzip", null);
        try
        {
            using var input = new GZipStream(new MemoryStream(gzip, writable: false), CompressionMode.Decompress);
            var output = new MemoryStream((int)Math.Min(gzip.Length * 8L, rawLimit));
            CopyBounded(input, output, rawLimit, path);
            return output.GetBuffer().AsSpan(0, (int)output.Length);
        }
        catch (InvalidDataException e)
        {
            throw VaultDocument.Malformed(path, "it isn't valid gzip", e);
        }
    }

    /// <summary>Its first bytes, at most 64; empty where it isn't gzip.</summary>
    public static byte[] Beginning(byte[] gzip)
    {
        if (!gzip.AsSpan().StartsWith(GzipHeader.Magic))
            return [];
        try
        {
            using var input = new GZipStream(new MemoryStream(gzip, writable: false), CompressionMode.Decompress);
            var beginning = new byte[64];
            return beginning[..input.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static void CopyBounded(GZipStream input, MemoryStream output, int limit, string path)
    {
        var chunk = new byte[64 << 10];
        while (input.Read(chunk) is var read and > 0)
        {
            if (output.Length + read > limit)
                throw VaultDocument.Malformed(path, $"it unpacks to more than {limit} bytes", null);
            output.Write(chunk, 0, read);
        }
    }
}
