using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Machine.Faults;

namespace Holdfast.Archive.Format;

/// <summary>
/// What counts as a manifest: a JSON object in UTF-8, nested no deeper than <see cref="FormatLimits.ManifestDepth"/>, with no
/// member twice. Specified in docs/format.md, "Packs".
/// </summary>
public static class ManifestText
{
    /// <summary>Deeper than a manifest may be, so that a document that is too deep can still be identified.</summary>
    private const int DeepestLook = 1 << 20;

    /// <summary>The longest name that is read from an unusable manifest, in characters: that of any object.</summary>
    private const int LongestName = 253;

    public static readonly JsonDocumentOptions Options = new() { MaxDepth = FormatLimits.ManifestDepth, AllowDuplicateProperties = false };

    /// <summary>Why a reader refuses a manifest, for a person, without quoting it. Null: it is accepted.</summary>
    public static string? Fault(ReadOnlyMemory<byte> manifest)
    {
        if (Illegible(manifest.Span) is { } illegible)
            return illegible;
        if (ManifestScan.IsPlain(manifest.Span))
            return null;
        try
        {
            using var document = JsonDocument.Parse(manifest, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : "it isn't a JSON object";
        }
        catch (JsonException)
        {
            return Reason(manifest.Span);
        }
    }

    /// <summary>Why its strings can't be read although it may be JSON; null: they can.</summary>
    public static string? Illegible(ReadOnlySpan<byte> manifest)
    {
        if (!Utf8.IsValid(manifest))
            return "it isn't UTF-8";
        return manifest.IndexOf("\\ud"u8) >= 0 || manifest.IndexOf("\\uD"u8) >= 0 ? HalfCharacter(manifest) : null;
    }

    /// <summary>What is known of an unusable manifest: its name, or its position.</summary>
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
                : "one of its objects has a duplicate member";
        }
        catch (JsonException)
        {
            return "it isn't JSON";
        }
    }

    /// <summary>Finds an unpaired surrogate escape; malformed JSON is found elsewhere.</summary>
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
            return "a string in it has an unpaired surrogate";
        }
    }

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member) =>
        reader.Read() && reader.TokenType == JsonTokenType.StartObject && Find(ref reader, member);

    /// <summary>Moves to the value of a member of the object that was entered.</summary>
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
