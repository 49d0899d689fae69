using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Machine.Terminals;

namespace Holdfast.Archive.Format;

/// <summary>
/// A cluster's identity: the uid of its <c>kube-system</c> namespace, 1 to 128 visible ASCII characters without <c>"</c> and <c>\</c>.
/// </summary>
[JsonConverter(typeof(ClusterUidJson))]
public readonly record struct ClusterUid
{
    private readonly string text;

    private ClusterUid(string text) => this.text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out ClusterUid uid)
    {
        var valid = PlainToken.Is(text);
        uid = valid ? new(text!) : default;
        return valid;
    }

    /// <exception cref="FormatException">It isn't of that form.</exception>
    public static ClusterUid Parse(string text) =>
        TryParse(text, out var uid)
            ? uid
            : throw new FormatException($"a cluster's uid has 1 to {PlainToken.MaxLength} visible ASCII characters without '\"' and '\\'");

    public override string ToString() => text;
}

public sealed class ClusterUidJson : JsonConverter<ClusterUid>
{
    public override ClusterUid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ClusterUid.TryParse(reader.GetString(), out var uid)
            ? uid
            : throw new JsonException("not a cluster's uid");

    public override void Write(Utf8JsonWriter writer, ClusterUid value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
