using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Fingerprints;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Rounds;

namespace Holdfast.Capture.Course;

/// <summary>
/// One leg of a capture's course: a plan, what earlier legs brought that still counts, and the units to export now. Most captures have one.
/// Another one follows where the server dropped the revision, a definition moved, or packs were lost. Written once and never changed: a leg
/// and the results of its units decide all that follows. How one leg follows from another is pure.
/// </summary>
public sealed record CaptureLeg
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }
    public required CapturePlan Plan { get; init; }

    /// <summary>The units to export; null: the plan's.</summary>
    public ImmutableArray<CaptureUnit>? Again { get; init; }

    /// <summary>Results of earlier legs that stand.</summary>
    public ImmutableArray<UnitResult> Kept { get; init; } = [];

    /// <summary>What earlier legs have put into the vault: it may be named again where it is the same.</summary>
    public ImmutableArray<Segment> Known { get; init; } = [];

    /// <summary>Packs of the last point that may not be named, since they are lost.</summary>
    public ImmutableArray<ContentDigest> Lost { get; init; } = [];

    /// <summary>What is exported has fallen behind for good: it is read at a revision of its own.</summary>
    public bool Behind { get; init; }

    /// <summary>Nothing is left to settle: the leg can be sealed.</summary>
    public bool Settled { get; init; }

    /// <summary>How often types were read again whose definition had moved.</summary>
    public int DefinitionAttempts { get; init; }

    /// <summary>How often was read again what lay in lost packs.</summary>
    public int PackAttempts { get; init; }

    /// <summary>Before this leg.</summary>
    public int PacksWritten { get; init; }

    /// <summary>Compressed, before this leg.</summary>
    public long BytesWritten { get; init; }

    /// <summary>When the cluster's last point was pinned; null: it has none.</summary>
    public DateTimeOffset? PreviousAt { get; init; }
    public ImmutableArray<string> Notes { get; init; } = [];

    [JsonIgnore]
    public ImmutableArray<CaptureUnit> Units => Again ?? Plan.Units;

    public static CaptureLeg First(CapturePlan plan, PreviousPoint? previous) =>
        new()
        {
            Number = 1,
            Plan = plan,
            Notes = plan.Notes,
            PreviousAt = previous?.Seal.PinnedAt,
        };

    /// <summary>Everything that counts so far.</summary>
    public ImmutableArray<UnitResult> With(ImmutableArray<UnitResult> exported) => [.. Kept, .. exported];

    /// <summary>What may be named instead of read or written.</summary>
    /// <param name="previous">The point that the plan reuses.</param>
    public KnownSegments KnownBeside(KnownSegments previous) =>
        Known.IsEmpty && Lost.IsEmpty ? previous : (Lost.IsEmpty ? previous : previous.Without(Lost.ToHashSet())).With(Known);

    /// <summary>The server has dropped the revision: everything is looked at again at another one.</summary>
    internal CaptureLeg PinnedAgain(ImmutableArray<UnitResult> exported, CapturePlan plan) =>
        After(exported) with
        {
            Plan = plan,
            Known = [.. Known, .. RevisionRounds.Finished(Plan, With(exported))],
            Notes = Notes.Add($"the server dropped revision {Plan.Revision} before everything was read; pinned {plan.Revision} instead"),
        };

    /// <summary>The server has dropped the revision in every round: what is behind is read at its own.</summary>
    internal CaptureLeg FallenBehind(ImmutableArray<UnitResult> exported)
    {
        var (units, kept) = RevisionRounds.Behind(Plan, With(exported));
        return After(exported) with
        {
            Again = units,
            Kept = kept,
            Behind = true,
            Notes = Notes.Add($"the server dropped the revision in each of {Plan.Round} rounds; what was behind has been read at its own"),
        };
    }

    /// <summary>The definitions of types have moved.</summary>
    /// <param name="plan">With the definitions as they now are.</param>
    internal CaptureLeg Redefined(ImmutableArray<UnitResult> exported, CapturePlan plan, ImmutableArray<string> moved) =>
        (this with { Plan = plan }).ReadAgain(exported, moved) with
        {
            DefinitionAttempts = DefinitionAttempts + 1,
            Notes = Notes.Add($"read again because the definition changed during the capture: {string.Join(", ", moved)}"),
        };

    /// <summary>Packs that the point would name are lost: what was in them is read and written again.</summary>
    internal CaptureLeg Rewritten(ImmutableArray<UnitResult> exported, ImmutableArray<ContentDigest> lost)
    {
        bool IsHurt(SliceResult slice) => slice.Segments.Any(s => s.Parts.Any(p => lost.Contains(p.Pack)));
        return ReadAgain(exported, With(exported).SelectMany(r => r.Slices).Where(IsHurt).Select(s => s.Resource)) with
        {
            Lost = [.. Lost, .. lost],
            Known = Known.RemoveAll(s => s.Parts.Any(p => lost.Contains(p.Pack))),
            PackAttempts = PackAttempts + 1,
            Notes = Notes.Add(
                $"{lost.Length} packs of earlier points are gone from the vault or can't be kept long enough; what was in them was "
                    + "read and written again"
            ),
        };
    }

    /// <summary>Nothing more to read: these results are final.</summary>
    internal CaptureLeg SettledWith(ImmutableArray<UnitResult> exported, ImmutableArray<UnitResult> final) =>
        After(exported) with
        {
            Again = [],
            Kept = final,
            Settled = true,
            Behind = Behind,
        };

    /// <summary>Types are exported whole again, in place of what their units brought.</summary>
    private CaptureLeg ReadAgain(ImmutableArray<UnitResult> exported, IEnumerable<string> types)
    {
        var again = types.ToHashSet();
        return After(exported) with
        {
            Again =
            [
                .. Plan
                    .Units.Select(u => u with { Slices = [.. u.Slices.Where(s => again.Contains(s.Resource))] })
                    .Where(u => !u.Slices.IsEmpty),
            ],
            Kept = RevisionRounds.Without(With(exported), s => again.Contains(s.Resource)),
        };
    }

    private CaptureLeg After(ImmutableArray<UnitResult> exported) =>
        this with
        {
            Number = Number + 1,
            Again = null,
            Kept = [],
            Behind = false,
            Settled = false,
            PacksWritten = PacksWritten + exported.Sum(r => r.PacksWritten),
            BytesWritten = BytesWritten + exported.Sum(r => r.BytesWritten),
        };
}
