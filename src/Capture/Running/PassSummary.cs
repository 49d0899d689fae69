using Holdfast.Machine.Terminals;

namespace Holdfast.Capture.Running;

/// <summary>What the caller of a capture's steps must know of a pass. Small and serialisable.</summary>
/// <param name="Units">How many units are to be exported.</param>
/// <param name="ExpectedObjects">Of the whole capture.</param>
/// <param name="Note">Why there is another pass, cut where it is long; null for the first.</param>
public sealed record PassSummary(int Number, int Units, long ExpectedObjects, string? Note)
{
    private const int LongestNote = 300;

    /// <summary>
    /// How many batches of volume snapshots the capture has. Where <see cref="Number"/> is 0, they are cut before the first pass is
    /// planned.
    /// </summary>
    public int VolumeBatches { get; init; }

    /// <summary>There is no pass yet: snapshots are cut first.</summary>
    public static PassSummary BeforeCut(int batches) => new(0, 0, 0, null) { VolumeBatches = batches };

    internal static PassSummary Of(CapturePass pass) =>
        new(
            pass.Number,
            pass.Units.Length,
            pass.Plan.Types.Sum(t => t.Count),
            pass.Number == 1 || pass.Notes.IsEmpty ? null : CutText.To(LongestNote, pass.Notes[^1])
        );
}
