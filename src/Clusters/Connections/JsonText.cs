using System.Text.Json;

namespace Holdfast.Clusters.Connections;

/// <summary>Reads single strings from a JSON document without building a tree.</summary>
public static class JsonText
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = AnswerLimits.Default.ObjectDepth };

    /// <summary>The string at this path of property names; null if it doesn't exist.</summary>
    /// <exception cref="JsonException">The document isn't JSON up to there.</exception>
    public static string? Find(ReadOnlySpan<byte> json, params ReadOnlySpan<string> path)
    {
        var reader = new Utf8JsonReader(json, Deep);
        reader.Read();
        foreach (var name in path)
        {
            if (!Enter(ref reader, name))
                return null;
        }
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>Moves from an object's start to the value of one of its properties.</summary>
    private static bool Enter(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }
}
