using System.Text.Json;

namespace Holdfast.Durable;

/// <summary>
/// Inputs, outputs, events and statuses as JSON text. The Functions host parses what it is given and prints it anew (dates and floats change their form on the way), so a payload that goes through it is
/// sealed: <c>{"$json":"..."}</c>, a string that the host leaves alone. Reading takes sealed and bare texts, and a string that holds the JSON.
/// </summary>
internal static class JsonPayload
{
    private const string SealPrefix = "{\"$json\":";

    public static string Write<T>(T value, JsonSerializerOptions json) => PayloadSize.Measured(JsonSerializer.Serialize(value, json.GetTypeInfo(typeof(T))), typeof(T));

    /// <summary>By the type that the value has; null stays null.</summary>
    public static string? WriteObject(object? value, JsonSerializerOptions json) => value is null ? null : PayloadSize.Measured(JsonSerializer.Serialize(value, json.GetTypeInfo(value.GetType())), value.GetType());

    /// <summary>No text and the text null are both the default.</summary>
    public static T? Read<T>(string? text, JsonSerializerOptions json)
    {
        text = Open(text);
        if (text is null or "null")
            return default;
        try
        {
            return (T?)JsonSerializer.Deserialize(text, json.GetTypeInfo(typeof(T)));
        }
        catch (JsonException) when (StringContent(text) is { } inner)
        {
            return (T?)JsonSerializer.Deserialize(inner, json.GetTypeInfo(typeof(T)));
        }
    }

    public static string Seal(string text) => $"{SealPrefix}\"{JsonEncodedText.Encode(text)}\"}}";

    /// <summary>What a sealed text holds; any other text as it is.</summary>
    public static string? Open(string? text)
    {
        if (text is null || !text.StartsWith(SealPrefix, StringComparison.Ordinal))
            return text;
        using var sealedText = JsonDocument.Parse(text);
        return sealedText.RootElement.GetProperty("$json").GetString();
    }

    /// <summary>The content of a text that is one JSON string; null if it isn't.</summary>
    public static string? StringContent(string text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
            return null;
        try
        {
            using var literal = JsonDocument.Parse(text);
            return literal.RootElement.GetString();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
