using System.Text.Json;

namespace Holdfast.Archive.Format;

/// <summary>
/// Recognises manifests that are certainly accepted, without building a document of each: a verification looks at every one there is. What
/// it doesn't recognise may be accepted all the same.
/// </summary>
internal static class ManifestScan
{
    /// <summary>Of objects in objects that are followed here.</summary>
    private const int Objects = 64;

    /// <summary>Names of open objects that are remembered.</summary>
    private const int Names = 512;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = FormatLimits.ManifestDepth };

    /// <summary>
    /// It is one JSON object, no deeper than a manifest may be, with no member twice. False: it isn't, or is larger or has names of another
    /// form than are compared here.
    /// </summary>
    public static bool IsPlain(ReadOnlySpan<byte> manifest)
    {
        Span<int> begins = stackalloc int[Objects];
        Span<(int At, int Length)> names = stackalloc (int, int)[Names];
        var (open, known) = (0, 0);
        try
        {
            var reader = new Utf8JsonReader(manifest, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            do
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject when open == Objects:
                        return false;
                    case JsonTokenType.StartObject:
                        begins[open++] = known;
                        break;
                    case JsonTokenType.EndObject:
                        known = begins[--open];
                        break;
                    case JsonTokenType.PropertyName when reader.ValueIsEscaped || known == Names:
                        return false;
                    case JsonTokenType.PropertyName:
                        if (IsAmong(names[begins[open - 1]..known], manifest, reader.ValueSpan))
                            return false;
                        names[known++] = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                        break;
                }
            } while (reader.Read());
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsAmong(ReadOnlySpan<(int At, int Length)> names, ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> name)
    {
        foreach (var (at, length) in names)
        {
            if (length == name.Length && manifest.Slice(at, length).SequenceEqual(name))
                return true;
        }
        return false;
    }
}
