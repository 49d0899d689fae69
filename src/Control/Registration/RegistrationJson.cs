using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Registration;

/// <summary>How a registration is written: strict, source-generated JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ClusterRegistration))]
internal sealed partial class RegistrationJson : JsonSerializerContext
{
    /// <summary>Nothing is escaped that JSON doesn't require: certificates and names stay readable.</summary>
    public static RegistrationJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
