using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>
/// The name of a registered cluster: a DNS label (1-63 of <c>a-z</c>, <c>0-9</c> and inner <c>-</c>), and so a safe path segment on
/// every store. It is a name only; the cluster's identity is the uid of its <c>kube-system</c> namespace.
/// </summary>
[JsonConverter(typeof(ClusterNameJson))]
public readonly record struct ClusterName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly string text;

    private ClusterName(string text) => this.text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out ClusterName name)
    {
        name = default;
        if (text is not { Length: > 0 and <= 63 } || text[0] == '-' || text[^1] == '-' || text.AsSpan().ContainsAnyExcept(Allowed))
            return false;
        name = new(text);
        return true;
    }

    public static ClusterName Parse(string text) =>
        TryParse(text, out var name)
            ? name
            : throw new FormatException(
                $"'{text}' isn't a valid cluster name: use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );

    public override string ToString() => text;
}

public sealed class ClusterNameJson : JsonConverter<ClusterName>
{
    public override ClusterName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ClusterName.TryParse(reader.GetString(), out var name)
            ? name
            : throw new JsonException("not a cluster's name");

    public override void Write(Utf8JsonWriter writer, ClusterName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
