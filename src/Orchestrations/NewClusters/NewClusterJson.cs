using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control.Infrastructure;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>How what a run decided of its new cluster is kept in the control store.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(NewClusterPlan))]
[JsonSerializable(typeof(NodeCount))]
internal sealed partial class NewClusterJson : JsonSerializerContext;
