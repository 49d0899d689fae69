using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>How messages and what was sent are kept. Unknown members are ignored, so that they survive an upgrade.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(QueuedMessage))]
[JsonSerializable(typeof(NotifiedState))]
internal sealed partial class NotifyingJson : JsonSerializerContext;
