using Holdfast.Archive.Format;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Which packs are read, whole. A sample follows from the packs' digests and the day alone: the same packs on one day, others on the next,
/// and as many days as n% goes into 100 together read every pack once.
/// </summary>
public readonly record struct PackSample
{
    private readonly int slices;
    private readonly int slice;

    private PackSample(int slices, int slice) => (this.slices, this.slice) = (slices, slice);

    /// <summary>Every pack.</summary>
    public static readonly PackSample All = new(1, 0);

    /// <summary>No pack is read.</summary>
    public static PackSample None => default;

    /// <param name="percent">From 0 to 100.</param>
    public static PackSample Of(int percent, DateOnly day)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        if (percent == 0)
            return None;
        var days = (100 + percent - 1) / percent;
        return new(days, day.DayNumber % days);
    }

    public bool Includes(ContentDigest pack) => slices > 0 && pack.Share(slices) == slice;
}
