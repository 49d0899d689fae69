using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Transforms;

/// <summary>Reads the texts of one transform. What is wrong is a problem, and stands in for nothing.</summary>
internal sealed class TransformReading(string label, List<string> problems)
{
    private const int LongestPattern = 1000;
    private static readonly FieldPattern Nowhere = FieldPattern.Parse("/-");

    public JsonNode? Node(JsonElement? value)
    {
        if (value is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } element)
            return null;
        try
        {
            return ManifestJson.ParseText(element.GetRawText());
        }
        catch (JsonException)
        {
            problems.Add($"{label}: a value has a member twice, half a character, or more than {FormatLimits.ManifestDepth} levels");
            return null;
        }
    }

    public LabelSelector? Labels(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var labels = LabelSelector.TryParse(text, out var error);
        if (error is not null)
            problems.Add($"{label}: {error}");
        return labels;
    }

    /// <summary>A field to change.</summary>
    public FieldPattern Path(string text)
    {
        var path = Condition(text);
        if (path != Nowhere)
            Refuse(IsIdentity(JsonPointer.Steps(text)), text);
        return path;
    }

    /// <summary>A field to look at.</summary>
    public FieldPattern Condition(string text)
    {
        try
        {
            return FieldPattern.Parse(text);
        }
        catch (FormatException e)
        {
            problems.Add($"{label}: {e.Message}");
            return Nowhere;
        }
    }

    /// <param name="with">What replaces its matches; null: nothing does.</param>
    public Regex? Pattern(string? text, TimeSpan longest, string? with = null)
    {
        if (text is null)
            return null;
        try
        {
            if (text.Length > LongestPattern)
                throw new ArgumentException($"it is longer than {LongestPattern} characters");
            var pattern = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, longest);
            if (with is not null)
                _ = pattern.Replace("", with);
            return pattern;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            var replaced = with is null ? "" : ", or its replacement can't";
            problems.Add(
                $"{label}: '{Shown(text)}' isn't a regular expression that can be used{replaced}: {e.Message}. It is .NET's syntax, "
                    + "without what needs backtracking (look-around, back-references)"
            );
            return null;
        }
    }

    public JsonObject? Merge(JsonElement? merge)
    {
        if (merge is null)
            return null;
        if (Node(merge) is JsonObject patch)
        {
            Refuse(patch.ContainsKey("apiVersion"), "/apiVersion");
            Refuse(patch.ContainsKey("kind"), "/kind");
            Refuse(patch.Object("metadata")?.ContainsKey("name") == true, "/metadata/name");
            Refuse(patch.Object("metadata")?.ContainsKey("namespace") == true, "/metadata/namespace");
            return patch;
        }
        problems.Add($"{label}: merge is an object with the fields to change");
        return null;
    }

    public PatchOperation Operation(TransformOperation operation)
    {
        foreach (var pointer in new[] { operation.Path, operation.From }.OfType<string>())
            Pointer(pointer);
        var needsFrom = operation.Op is PatchOperationKind.Move or PatchOperationKind.Copy;
        var needsValue = operation.Op is PatchOperationKind.Add or PatchOperationKind.Replace or PatchOperationKind.Test;
        if (needsFrom != operation.From is not null)
            problems.Add($"{label}: {operation.Path}: {(needsFrom ? "move and copy need from" : "from goes with move and copy only")}");
        if (needsValue != (operation.Value.ValueKind != JsonValueKind.Undefined))
            problems.Add(
                $"{label}: {operation.Path}: "
                    + (needsValue ? "add, replace and test need value" : "value goes with add, replace and test only")
            );
        return new(operation.Op, operation.Path, operation.From, Node(operation.Value));
    }

    private void Pointer(string text)
    {
        try
        {
            Refuse(IsIdentity(JsonPointer.Steps(text)), text);
        }
        catch (FormatException e)
        {
            problems.Add($"{label}: {e.Message}");
        }
    }

    private void Refuse(bool when, string field)
    {
        if (when)
            problems.Add($"{label}: {field} can't be changed: the object would be another one");
    }

    private static bool IsIdentity(string[] steps) =>
        steps is ["apiVersion"] or ["kind"] or ["metadata"] or ["metadata", "name" or "namespace"];

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "...";
}
