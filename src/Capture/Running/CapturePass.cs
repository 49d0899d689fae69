using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;

namespace Holdfast.Capture.Running;

/// <summary>
/// One pass of a capture over the cluster: a plan, the results of earlier passes that still count, and the units to export now. Most
/// captures have one. Another one follows where the server dropped the revision, a definition changed, or packs were lost. Written once and
/// never changed: a pass and the results of its units decide all that follows. How one pass follows from another is pure.
/// </summary>
public sealed record CapturePass
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>2 since the plan holds its request as a whole.</summary>
    public int Version => 2;
    public required CapturePlan Plan { get; init; }

    /// <summary>The units to export; null: the plan's.</summary>
    public ImmutableArray<CaptureUnit>? Again { get; init; }

    /// <summary>Results of earlier passes that still count.</summary>
    public ImmutableArray<UnitResult> Kept { get; init; } = [];

    /// <summary>What earlier passes have put into the vault: it may be reused where it is the same.</summary>
    public ImmutableArray<Segment> Known { get; init; } = [];

    /// <summary>Packs of the last point that may not be reused, since they are lost.</summary>
    public ImmutableArray<ContentDigest> Lost { get; init; } = [];

    /// <summary>What is exported could not be read at the plan's revision: it is read at a revision of its own.</summary>
    public bool Behind { get; init; }

    /// <summary>Nothing is left to read: the pass can be sealed.</summary>
    public bool Settled { get; init; }

    /// <summary>How often types were read again whose definition had changed.</summary>
    public int DefinitionAttempts { get; init; }

    /// <summary>How often the content of lost packs was read again.</summary>
    public int PackAttempts { get; init; }

    /// <summary>Before this pass.</summary>
    public int PacksWritten { get; init; }

    /// <summary>Compressed, before this pass.</summary>
    public long BytesWritten { get; init; }

    /// <summary>When the cluster's last point was pinned; null: it has none.</summary>
    public DateTimeOffset? PreviousAt { get; init; }
    public ImmutableArray<string> Notes { get; init; } = [];

    [JsonIgnore]
    public ImmutableArray<CaptureUnit> Units => Again ?? Plan.Units;

    public static CapturePass First(CapturePlan plan, PreviousPoint? previous) =>
        new()
        {
            Number = 1,
            Plan = plan,
            Notes = plan.Notes,
            PreviousAt = previous?.Seal.PinnedAt,
        };

    /// <summary>Everything that counts so far.</summary>
    public ImmutableArray<UnitResult> With(ImmutableArray<UnitResult> exported) => [.. Kept, .. exported];

    /// <summary>What may be reused instead of read or written.</summary>
    /// <param name="previous">The point that the plan reuses.</param>
    public KnownSegments KnownBeside(KnownSegments previous)
    {
        var known = Lost.IsEmpty ? previous : previous.Without(Lost.ToHashSet());
        known = Plan.Sparse.IsEmpty ? known : known.Avoiding(Plan.Sparse.ToHashSet());
        return Known.IsEmpty ? known : known.With(Known);
    }

    /// <summary>The server has dropped the revision: everything is compared at another one.</summary>
    internal CapturePass PinnedAgain(ImmutableArray<UnitResult> exported, CapturePlan plan) =>
        After(exported) with
        {
            Plan = plan,
            Known = [.. Known, .. RevisionRounds.Finished(Plan, With(exported))],
            Notes = Notes.Add($"the server dropped revision {Plan.Revision} before everything was read; pinned {plan.Revision} instead"),
        };

    /// <summary>The server has dropped the revision in every round: what is behind is read at its own.</summary>
    internal CapturePass FallenBehind(ImmutableArray<UnitResult> exported)
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

    /// <summary>The definitions of types have changed.</summary>
    /// <param name="plan">With the definitions as they now are.</param>
    internal CapturePass Redefined(ImmutableArray<UnitResult> exported, CapturePlan plan, ImmutableArray<string> moved) =>
        (this with { Plan = plan }).ReadAgain(exported, moved) with
        {
            DefinitionAttempts = DefinitionAttempts + 1,
            Notes = Notes.Add($"read again because the definition changed during the capture: {string.Join(", ", moved)}"),
        };

    /// <summary>Packs that the point would refer to are lost: their content is read and written again.</summary>
    internal CapturePass Rewritten(ImmutableArray<UnitResult> exported, ImmutableArray<ContentDigest> lost)
    {
        bool IsLost(SliceResult slice) => slice.Segments.Any(s => s.Parts.Any(p => lost.Contains(p.Pack)));
        return ReadAgain(exported, With(exported).SelectMany(r => r.Slices).Where(IsLost).Select(s => s.Resource)) with
        {
            Lost = [.. Lost, .. lost],
            Known = Known.RemoveAll(s => s.Parts.Any(p => lost.Contains(p.Pack))),
            PackAttempts = PackAttempts + 1,
            Notes = Notes.Add(
                $"{lost.Length} packs of earlier points are gone from the vault or can't be kept long enough; their content was "
                    + "read and written again"
            ),
        };
    }

    /// <summary>Nothing more is to be read: these results are final.</summary>
    internal CapturePass SettledWith(ImmutableArray<UnitResult> exported, ImmutableArray<UnitResult> final) =>
        After(exported) with
        {
            Again = [],
            Kept = final,
            Settled = true,
            Behind = Behind,
        };

    /// <summary>Types are exported whole again, in place of the results that they have.</summary>
    private CapturePass ReadAgain(ImmutableArray<UnitResult> exported, IEnumerable<string> types)
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

    private CapturePass After(ImmutableArray<UnitResult> exported) =>
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

    /// <param name="exported">By this pass.</param>
    internal CaptureReport ReportOf(ImmutableArray<UnitResult> exported, SealedPoint point, Inventory inventory) =>
        new()
        {
            State = inventory.Gaps.IsEmpty ? CaptureState.Succeeded : CaptureState.Partial,
            Point = point.Id,
            Head = ChainHead.Of(point),
            Cluster = inventory.Cluster,
            Revision = inventory.Revision,
            Objects = point.Seal.Objects,
            Bytes = point.Seal.RawBytes,
            PacksWritten = PacksWritten + exported.Sum(r => r.PacksWritten),
            BytesWritten = BytesWritten + exported.Sum(r => r.BytesWritten),
            SegmentsReused = With(exported).Sum(r => r.Slices.Sum(s => s.Segments.Count(g => g.Reused))),
            Segments = inventory.Segments.Length,
            Types = inventory.Types,
            Gaps = inventory.Gaps,
            Volumes = VolumeCounts.Of(inventory.Volumes),
            Notes = Notes,
            PinnedAt = inventory.PinnedAt,
            PreviousAt = PreviousAt,
        };

    /// <summary>Release 0.1.0 wrote the members of the request into the plan itself.</summary>
    internal static bool Renew(JsonObject pass)
    {
        if (pass["plan"] is not JsonObject plan || plan.ContainsKey("request") || plan["scope"] is not JsonObject)
            return false;
        var request = plan.DeepClone().AsObject();
        request["full"] = plan["readAll"]?.DeepClone();
        request["policyDocument"] = plan["policy"]?.DeepClone();
        plan["request"] = request;
        return true;
    }
}
