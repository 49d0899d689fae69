namespace Holdfast.Archive.Format;

/// <summary>How a gzip member without optional fields begins (RFC 1952): the only codec that version 1 of the format knows.</summary>
internal static class GzipHeader
{
    public static ReadOnlySpan<byte> Magic => [0x1f, 0x8b, 0x08, 0x00];
}
