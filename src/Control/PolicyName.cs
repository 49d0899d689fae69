using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Control;

/// <summary>
/// What a person calls a policy: a DNS label, under the rules of <see cref="ClusterName"/>, and so a safe file name and part of a URL.
/// </summary>
[JsonConverter(typeof(PolicyNameJson))]
public readonly record struct PolicyName
{
    private readonly string text;

    private PolicyName(string text) => this.text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyName name)
    {
        var valid = ClusterName.TryParse(text, out _);
        name = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>The name in a policy's document, as an inventory carries it; null: there is none.</summary>
    public static PolicyName? Of(JsonElement? policy) =>
        policy is { ValueKind: JsonValueKind.Object } document
        && document.TryGetProperty("name", out var name)
        && name.ValueKind == JsonValueKind.String
        && TryParse(name.GetString(), out var parsed)
            ? parsed
            : null;

    public static PolicyName Parse(string text) =>
        TryParse(text, out var name)
            ? name
            : throw new FormatException(
                $"'{text}' can't name a policy: use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );

    public override string ToString() => text;
}

/// <summary>A policy's name as its text.</summary>
public sealed class PolicyNameJson : JsonConverter<PolicyName>
{
    public override PolicyName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PolicyName.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out var name)
            ? name
            : throw new JsonException("not a policy's name");

    public override void Write(Utf8JsonWriter writer, PolicyName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
