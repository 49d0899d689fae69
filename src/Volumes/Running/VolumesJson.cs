using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Volumes.Hooks;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;
using Holdfast.Volumes.Transfers;

namespace Holdfast.Volumes.Running;

/// <summary>How the documents of a run's volumes are stored, by the rules of all control documents.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(VolumePlan))]
[JsonSerializable(typeof(VolumeBatch))]
[JsonSerializable(typeof(PointVolumes))]
internal sealed partial class VolumesJson : JsonSerializerContext;

/// <summary>What became of the snapshots of one batch.</summary>
/// <param name="At">When they were cut, UTC.</param>
internal sealed record VolumeBatch(DateTimeOffset At, ImmutableArray<CutVolume> Volumes)
{
    /// <summary>What became of the data that was to be carried elsewhere.</summary>
    public ImmutableArray<CarriedVolume> Carried
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What became of the hooks around the cut, in the order in which they ran.</summary>
    public ImmutableArray<HookOutcome> Hooks
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What isn't as it should be, though no volume is missing. Null: nothing.</summary>
    public string? Warning { get; init; }
}
