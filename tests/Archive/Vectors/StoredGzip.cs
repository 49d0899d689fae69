using System.Buffers.Binary;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>
/// A gzip member that stores its bytes uncompressed (RFC 1951, section 3.2.4), so that vectors are the same bytes whatever zlib this
/// machine has.
/// </summary>
internal static class StoredGzip
{
    public static byte[] Of(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > ushort.MaxValue)
            throw new ArgumentException("one stored block holds at most 65,535 bytes", nameof(raw));
        var gzip = new byte[10 + 5 + raw.Length + 8];
        ReadOnlySpan<byte> header =
        [
            0x1f,
            0x8b,
            8,
            0,
            0,
            0,
            0,
            0,
            0,
            0xff, /* last block, stored: */
            1,
        ];
        header.CopyTo(gzip);
        BinaryPrimitives.WriteUInt16LittleEndian(gzip.AsSpan(11), (ushort)raw.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(gzip.AsSpan(13), (ushort)~raw.Length);
        raw.CopyTo(gzip.AsSpan(15));
        BinaryPrimitives.WriteUInt32LittleEndian(gzip.AsSpan(15 + raw.Length), Crc32(raw));
        BinaryPrimitives.WriteUInt32LittleEndian(gzip.AsSpan(19 + raw.Length), (uint)raw.Length);
        return gzip;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
