using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>An enum as its member's exact name; numbers, other case and lists of names are refused.</summary>
public sealed class ExactEnumJson<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            foreach (var value in Enum.GetValues<T>())
            {
                if (reader.ValueTextEquals(value.ToString()))
                    return value;
            }
        }
        throw new JsonException($"not a {typeof(T).Name}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>An instant in UTC as RFC 3339 with <c>Z</c> and no trailing zeros: one text for each instant.</summary>
internal sealed class UtcTimeJson : JsonConverter<DateTimeOffset>
{
    public const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && DateTimeOffset.TryParseExact(
            reader.GetString(),
            Pattern,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : throw new JsonException("not a UTC time as 2026-11-22T05:30:00Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture));
}
