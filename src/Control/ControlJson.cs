using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control.Auditing;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Control;

/// <summary>
/// How control documents are written, and travel between processes: strict, source-generated JSON. What a person wrote is read by each
/// document's own <c>Read</c>.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ClusterRegistration))]
[JsonSerializable(typeof(ProtectionPolicy))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(ScheduleState))]
public sealed partial class ControlJson : JsonSerializerContext
{
    private static ControlJson? readable;

    /// <summary>As <see cref="Default"/>, with nothing escaped that JSON doesn't require: certificates and names stay readable.</summary>
    public static ControlJson Readable =>
        readable ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
