using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Machine.Faults;

namespace Holdfast.Archive.Format;

/// <summary>
/// What every reader takes for a manifest: a JSON object in UTF-8, nested no deeper than <see cref="FormatLimits.ManifestDepth"/>, with no
/// member twice. Specified in docs/format.md, "Packs".
/// </summary>
public static class ManifestText
{
    /// <summary>Deeper than anything a manifest may be, to find out what one is that isn't.</summary>
    private const int DeepestLook = 1 << 20;

    /// <summary>Longest name that is read off a manifest that can't be used, in characters: that of any object.</summary>
    private const int LongestName = 253;

    public static readonly JsonDocumentOptions Options = new() { MaxDepth = FormatLimits.ManifestDepth, AllowDuplicateProperties = false };

    /// <summary>Why a reader refuses a manifest, for a person; holds nothing of it. Null: it doesn't.</summary>
    public static string? Fault(ReadOnlyMemory<byte> manifest)
    {
        if (Illegible(manifest.Span) is { } illegible)
            return illegible;
        try
        {
            using var document = JsonDocument.Parse(manifest, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : "it is no JSON object";
        }
        catch (JsonException)
        {
            return Reason(manifest.Span);
        }
    }

    /// <summary>What keeps its strings from being read though it may be JSON; null: nothing.</summary>
    public static string? Illegible(ReadOnlySpan<byte> manifest)
    {
        if (!Utf8.IsValid(manifest))
            return "it is not UTF-8";
        return manifest.IndexOf("\\ud"u8) >= 0 || manifest.IndexOf("\\uD"u8) >= 0 ? HalfCharacter(manifest) : null;
    }

    /// <summary>As much as is known of a manifest that can't be used: its name, or where it is.</summary>
    /// <param name="line">Index into its part.</param>
    public static string Describe(ReadOnlySpan<byte> manifest, int line) =>
        NameOf(manifest) ?? string.Create(CultureInfo.InvariantCulture, $"(number {line + 1}, without a name)");

    /// <summary>Reads <c>metadata.name</c>, as far as the manifest can be read. Null: none was found.</summary>
    public static string? NameOf(ReadOnlySpan<byte> manifest)
    {
        try
        {
            var reader = new Utf8JsonReader(manifest, new JsonReaderOptions { MaxDepth = DeepestLook });
            return
                Enter(ref reader, "metadata"u8)
                && reader.TokenType == JsonTokenType.StartObject
                && Find(ref reader, "name"u8)
                && reader.TokenType == JsonTokenType.String
                && reader.GetString() is { Length: > 0 and <= LongestName } name
                ? name
                : null;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    private static string Reason(ReadOnlySpan<byte> manifest)
    {
        try
        {
            var reader = new Utf8JsonReader(manifest, new JsonReaderOptions { MaxDepth = DeepestLook });
            var deepest = 0;
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    deepest = Math.Max(deepest, reader.CurrentDepth + 1);
            }
            return deepest > FormatLimits.ManifestDepth
                ? $"it nests deeper than {FormatLimits.ManifestDepth} levels"
                : "a name stands twice in one of its objects";
        }
        catch (JsonException)
        {
            return "it is not JSON";
        }
    }

    /// <summary>Half of a character that takes two escapes; what isn't JSON is found elsewhere.</summary>
    private static string? HalfCharacter(ReadOnlySpan<byte> manifest)
    {
        try
        {
            var reader = new Utf8JsonReader(manifest, new JsonReaderOptions { MaxDepth = DeepestLook });
            while (reader.Read())
            {
                if ((reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return "a string in it holds half a character";
        }
    }

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member) =>
        reader.Read() && reader.TokenType == JsonTokenType.StartObject && Find(ref reader, member);

    /// <summary>Goes on to the value of a member of the object that was entered.</summary>
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(member);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }
}
