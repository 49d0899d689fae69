using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Policies;

/// <summary>For how long a policy keeps every point: <c>36h</c>, <c>14d</c> or <c>8w</c>; a day has 24 hours.</summary>
[JsonConverter(typeof(KeptDurationJson))]
public readonly record struct KeptDuration
{
    private readonly string text;

    private KeptDuration(string text, TimeSpan span) => (this.text, Span) = (text, span);

    public TimeSpan Span { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out KeptDuration duration)
    {
        duration = default;
        if (text is not { Length: >= 2 and <= 5 } || text[0] is < '1' or > '9')
            return false;
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        var unit = text[^1] switch
        {
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => TimeSpan.Zero,
        };
        duration = new(text, number * unit);
        return unit > TimeSpan.Zero;
    }

    /// <exception cref="FormatException">It isn't such a text.</exception>
    public static KeptDuration Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is no duration such as 14d");

    public override string ToString() => text;
}

public sealed class KeptDurationJson : JsonConverter<KeptDuration>
{
    public override KeptDuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && KeptDuration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("not a duration such as 14d");

    public override void Write(Utf8JsonWriter writer, KeptDuration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
