using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Protection.Control.Auditing;
using Holdfast.Protection.Policies;
using Holdfast.Protection.Registration;

namespace Holdfast.Protection.Control;

/// <summary>How control documents are written, and travel between processes: strict, source-generated JSON. What a person wrote is read by each document's own <c>Read</c>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ClusterRegistration))]
[JsonSerializable(typeof(ProtectionPolicy))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(ScheduleState))]
public sealed partial class ControlJson : JsonSerializerContext
{
    private static ControlJson? readable;

    /// <summary>As <see cref="Default"/>, with nothing escaped that JSON doesn't require: certificates and names stay readable.</summary>
    public static ControlJson Readable => readable ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>A cluster's name as its text.</summary>
public sealed class ClusterNameJson : JsonConverter<ClusterName>
{
    public override ClusterName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ClusterName.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out var name) ? name : throw new JsonException("not a cluster's name");

    public override void Write(Utf8JsonWriter writer, ClusterName value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
