using Holdfast.Capture.Exporting;
using Holdfast.Machine.Terminals;

namespace Holdfast.Capture.Course;

/// <summary>A leg as far as somebody must know it who drives its steps. Small and serialisable, as are its siblings.</summary>
/// <param name="Units">How many units are to be exported.</param>
/// <param name="ExpectedObjects">Of the whole capture.</param>
/// <param name="Note">What has led to the leg, cut where it is long; null for the first.</param>
public sealed record LegSummary(int Number, int Units, long ExpectedObjects, string? Note)
{
    private const int LongestNote = 300;

    internal static LegSummary Of(CaptureLeg leg) =>
        new(
            leg.Number,
            leg.Units.Length,
            leg.Plan.Types.Sum(t => t.Count),
            leg.Number == 1 || leg.Notes.IsEmpty ? null : CutText.To(LongestNote, leg.Notes[^1])
        );
}

/// <param name="Objects">Read or named again.</param>
/// <param name="Bytes">Raw, of these objects.</param>
/// <param name="Failed">Lists that can't be read: gaps of the point.</param>
/// <param name="GoesOn">The time was up: the unit has another piece.</param>
public sealed record UnitSummary(long Objects, long Bytes, int PacksWritten, long BytesWritten, int Failed, bool GoesOn)
{
    internal static UnitSummary Of(UnitResult result)
    {
        var segments = result.Slices.SelectMany(s => s.Segments).ToList();
        return new(
            segments.Sum(s => s.Objects),
            segments.Sum(s => s.Parts.Sum(p => p.RawBytes)),
            result.PacksWritten,
            result.BytesWritten,
            result.Slices.Count(s => s.State == SliceState.Failed),
            result.Rest is not null
        );
    }
}

/// <summary>Exactly one is set.</summary>
/// <param name="Report">The point is sealed.</param>
/// <param name="Next">Packs were lost: this leg is to be exported, settled and sealed instead.</param>
public sealed record SealResult(CaptureReport? Report, LegSummary? Next);
