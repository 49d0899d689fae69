using System.Globalization;
using System.Text.Json;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>Whether two scalars mean the same to an API server, which writes quantities and times in a canonical form. Pure.</summary>
internal static class SameValue
{
    public static bool Of(JsonElement a, JsonElement b)
    {
        if (a.ValueKind == b.ValueKind && (a.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || Text(a) == Text(b)))
            return a.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        if (!IsText(a) || !IsText(b))
            return false;
        return Quantity.Compare(Text(a), Text(b)) == 0 || SameTime(Text(a), Text(b));
    }

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>To the second: of times without a place for fractions the server drops them.</summary>
    private static bool SameTime(string a, string b) =>
        Time(a) is { } first && Time(b) is { } second && first.ToUnixTimeSeconds() == second.ToUnixTimeSeconds();

    private static DateTimeOffset? Time(string text) =>
        text.Length >= 20
        && text[10] == 'T'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
