using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Sealing;

namespace Holdfast.Capture.Running;

/// <summary>
/// How the steps' inputs and outputs are stored, by the rules of all control documents (<see cref="Control.ControlReading"/>).
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(CapturePlan))]
[JsonSerializable(typeof(CaptureUnit))]
[JsonSerializable(typeof(UnitResult))]
[JsonSerializable(typeof(ImmutableArray<UnitResult>))]
[JsonSerializable(typeof(CapturePass))]
[JsonSerializable(typeof(CapturedInfrastructure))]
[JsonSerializable(typeof(CaptureReport))]
public sealed partial class CaptureJson : JsonSerializerContext;
