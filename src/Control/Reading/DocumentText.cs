using System.Globalization;
using System.Text.Json;

namespace Holdfast.Control.Reading;

/// <summary>Opens a control document's bytes and reads what all of them begin with.</summary>
internal static class DocumentText
{
    public const int MaximumBytes = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <summary>Reads a document whole.</summary>
    /// <param name="read">
    /// Reads the members after <c>$schema</c> and <c>version</c>; what it returns counts only when nothing is wrong.
    /// </param>
    public static DocumentReading<T> Read<T>(ReadOnlyMemory<byte> json, int currentVersion, Func<DocumentSection, string?, T?> read)
        where T : class
    {
        var problems = new List<DocumentProblem>();
        using var parsed = Parse(json, problems);
        if (parsed is null)
            return new(null, [.. problems]);
        var root = new DocumentSection(parsed.RootElement, "$", problems);
        var schema = root.Text("$schema", "https://...");
        CheckVersion(root, currentVersion);
        var document = read(root, schema);
        root.RefuseUnknown();
        return new(problems.Count == 0 ? document : null, [.. problems]);
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> json, List<DocumentProblem> problems)
    {
        if (json.Length > MaximumBytes)
        {
            problems.Add(new("$", $"the document has {json.Length} bytes", $"a control document has at most {MaximumBytes}", "Shorten it"));
            return null;
        }
        try
        {
            var parsed = JsonDocument.Parse(WithoutMark(json), Strict);
            if (Fault(parsed.RootElement) is not { } fault)
                return parsed;
            parsed.Dispose();
            problems.Add(fault);
        }
        catch (JsonException e)
        {
            // The parser's message may quote the document, and so a secret: only the place is reported.
            problems.Add(
                new(
                    "$",
                    $"the document is not valid JSON, at {PlaceOf(e)}",
                    "it can't be read any further",
                    "Correct it there: JSON has no comments, no closing commas, and double quotes around names and texts"
                )
            );
        }
        return null;
    }

    private static DocumentProblem? Fault(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return new("$", "the document isn't an object", "its members carry everything", "Write { \"version\": 1, \"name\": ... }");
        return IsText(root)
            ? null
            : new(
                "$",
                "the document holds bytes or escapes that are not Unicode text",
                "what they mean would depend on the reader",
                "Save it as UTF-8"
            );
    }

    /// <summary>The parser looks at a text's bytes only when the text is asked for.</summary>
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.Object => value.EnumerateObject().All(p => p.Name is not null && IsText(p.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Some editors put a byte order mark before everything.</summary>
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) => json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private static string PlaceOf(JsonException e) =>
        string.Create(CultureInfo.InvariantCulture, $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}");

    private static void CheckVersion(DocumentSection root, int currentVersion)
    {
        if (!root.Has("version"))
            root.Problem(
                "version",
                "is missing",
                "it says by which rules the document is to be read",
                $"Add \"version\": {currentVersion}"
            );
        if (root.Whole("version", 1, int.MaxValue, "versions") is { } version && version > currentVersion)
            root.Problem(
                "version",
                $"{version} is newer than this program",
                $"it knows documents up to version {currentVersion}",
                $"Use a newer program, or write \"version\": {currentVersion}"
            );
    }
}
