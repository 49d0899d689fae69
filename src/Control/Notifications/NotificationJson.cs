using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Notifications;

/// <summary>How a notification's document is written: strict, source-generated JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(NotificationTarget))]
internal sealed partial class NotificationJson : JsonSerializerContext
{
    /// <summary>Nothing is escaped that JSON doesn't require: names and addresses stay readable.</summary>
    public static NotificationJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
