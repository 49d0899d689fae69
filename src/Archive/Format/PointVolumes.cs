using System.Collections.Immutable;

namespace Holdfast.Archive.Format;

/// <summary>What a capture has to say of volumes.</summary>
/// <param name="Volumes">Every volume of the scope.</param>
/// <param name="Gaps">One for each volume whose data should be protected, and isn't.</param>
public sealed record PointVolumes(ImmutableArray<VolumeRecord> Volumes, ImmutableArray<Gap> Gaps)
{
    /// <summary>What isn't as it should be, though no volume is missing; for the report.</summary>
    public ImmutableArray<string> Warnings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    public static readonly PointVolumes None = new([], []);
}
