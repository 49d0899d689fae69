using System.Text.Json;

namespace Holdfast.Functions.Api.Routing;

/// <summary>What a reader of JSON says about a malformed body, in the words of the API.</summary>
internal static class JsonPlaces
{
    /// <summary><c>$.selection.kinds[0]</c> as a JSON pointer.</summary>
    public static string Pointer(string? path) =>
        path is null or "$"
            ? ""
            : path[1..]
                .Replace("['", "/", StringComparison.Ordinal)
                .Replace("']", "", StringComparison.Ordinal)
                .Replace('.', '/')
                .Replace('[', '/')
                .Replace("]", "", StringComparison.Ordinal);

    /// <summary>Without the reader's own addition of where, which counts bytes, and without names of our types.</summary>
    public static string Reason(JsonException malformed)
    {
        var text = malformed.Message;
        var cut = text.IndexOf(" Path:", StringComparison.Ordinal);
        text = (cut < 0 ? text : text[..cut]).TrimEnd('.', ' ');
        if (text.Contains("missing required properties", StringComparison.Ordinal))
            return "required properties are missing: "
                + $"{text[(text.LastIndexOf("including:", StringComparison.Ordinal) + "including:".Length)..].Trim()}";
        if (text.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return "there is no such property here";
        return text.Contains("could not be converted", StringComparison.Ordinal)
            ? "the value is of another type or not one of those that are possible here"
            : text;
    }
}
