using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Policies;

/// <summary>How a policy is written: strict, source-generated JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ProtectionPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext
{
    /// <summary>Nothing is escaped that JSON doesn't require: certificates and names stay readable.</summary>
    public static PolicyJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
