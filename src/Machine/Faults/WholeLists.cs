using System.Text.Json;

namespace Holdfast.Machine.Faults;

/// <summary>
/// Whether the lists of a document have an item at each place. The serializer takes a null there whatever the list's type says, and no
/// reader of ours expects one.
/// </summary>
public static class WholeLists
{
    /// <exception cref="JsonException">It isn't JSON, or nests deeper than 64 levels.</exception>
    public static bool Are(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var lists = new Stack<bool>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    lists.Push(reader.TokenType == JsonTokenType.StartArray);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists.TryPop(out _);
                    break;
                case JsonTokenType.Null when lists.TryPeek(out var inList) && inList:
                    return false;
            }
        }
        return true;
    }
}
