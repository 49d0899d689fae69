using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>
/// The resourceVersion of a list, as its server gave it. Compares as a number, which it is on every API server that is built on etcd;
/// anything else comes after all numbers, in ordinal order. Empty where a server gives none. Equality is that of the text.
/// </summary>
[JsonConverter(typeof(RevisionJson))]
public readonly record struct Revision : IComparable<Revision>
{
    private readonly string? text;

    public Revision(string text) => this.text = text.Length == 0 ? null : text;

    /// <summary>Null: it isn't a number above zero.</summary>
    public ulong? Number =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    public int CompareTo(Revision other) =>
        (Number, other.Number) switch
        {
            ({ } a, { } b) => a.CompareTo(b),
            (null, null) => string.CompareOrdinal(ToString(), other.ToString()),
            (null, _) => 1,
            _ => -1,
        };

    public static bool operator <(Revision a, Revision b) => a.CompareTo(b) < 0;

    public static bool operator <=(Revision a, Revision b) => a.CompareTo(b) <= 0;

    public static bool operator >(Revision a, Revision b) => a.CompareTo(b) > 0;

    public static bool operator >=(Revision a, Revision b) => a.CompareTo(b) >= 0;

    public override string ToString() => text ?? "";
}

public sealed class RevisionJson : JsonConverter<Revision>
{
    public override Revision Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new(reader.GetString()!) : throw new JsonException("not a revision");

    public override void Write(Utf8JsonWriter writer, Revision value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
