using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Sealing;

namespace Holdfast.Capture.Running;

/// <summary>
/// Keeps a capture at one revision. When the server has dropped it, another is pinned, and what was finished is kept where its fingerprint
/// is the same there; revisions are never mixed. After <see cref="MaxRounds"/> what is still missing is read at its own revision, which the
/// point says. Pure.
/// </summary>
public static class RevisionRounds
{
    public const int MaxRounds = 5;

    /// <summary>Something wasn't read, because the revision had expired.</summary>
    public static bool Expired(IEnumerable<UnitResult> results) => results.Any(r => r.Slices.Any(s => s.State is SliceState.Expired));

    /// <summary>What the round did finish: known segments for the next one.</summary>
    public static IEnumerable<Segment> Finished(CapturePlan plan, IEnumerable<UnitResult> results) =>
        SliceMerge.Whole(results).SelectMany(s => InventoryMerge.Segments(s, plan));

    /// <summary>
    /// The units that read what is behind at its own revision, numbered after the plan's; and the results that still count.
    /// </summary>
    public static (ImmutableArray<CaptureUnit> Units, ImmutableArray<UnitResult> Kept) Behind(
        CapturePlan plan,
        IEnumerable<UnitResult> results
    )
    {
        var all = results.ToImmutableArray();
        var behind = SliceMerge.Whole(all).Where(s => s.State is SliceState.Expired).Select(s => (s.Resource, s.Namespace)).ToHashSet();
        var slices = behind
            .Order()
            .Select(s => new Slice(s.Resource, s.Namespace, UnitSizing.UnknownCount, ListCosts.Of(plan.ServerVersion).LargestPage)
            {
                OwnRevision = true,
            });
        ImmutableArray<CaptureUnit> units =
        [
            .. slices.Chunk(8).Select((chunk, i) => new CaptureUnit(plan.Units.Length + i, 0, [.. chunk])),
        ];
        return (units, Without(all, s => behind.Contains((s.Resource, s.Namespace))));
    }

    /// <summary>Results without some slices, whose units are exported again.</summary>
    public static ImmutableArray<UnitResult> Without(IEnumerable<UnitResult> results, Func<SliceResult, bool> dropped) =>
        [.. results.Select(r => r with { Slices = [.. r.Slices.Where(s => !dropped(s))] })];
}
