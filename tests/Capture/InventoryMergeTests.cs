using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Sealing;

namespace Holdfast.Capture.Tests;

public sealed class InventoryMergeTests
{
    private static readonly ContentDigest Print = ContentDigest.Of("print"u8);

    [Fact]
    public void Pieces_of_one_segment_are_joined_in_order_whatever_order_the_results_come_in()
    {
        UnitResult[] results =
        [
            Result(0, 0, Slice("pods", SliceState.Open, Segment("a", 1, Print), Segment("b", 2, null))),
            Result(0, 1, Slice("pods", SliceState.Open, Segment("b", 3, null))),
            Result(0, 2, Slice("pods", SliceState.Done, Segment("b", 4, Print), Segment("c", 5, Print))),
        ];

        var inventory = InventoryMerge.Merge(Plan(("pods", null)), results.Reverse(), PointVolumes.None);

        Assert.Equal([("a", 1L), ("b", 9L), ("c", 5L)], inventory.Segments.Select(s => (s.Namespace!, s.Objects)));
        Assert.Equal([2, 3, 4], inventory.Segments[1].Parts.Select(p => p.Objects));
        Assert.Equal(15, inventory.Types.Single().Objects);
        Assert.Empty(inventory.Gaps);
    }

    [Fact]
    public void A_slice_that_was_begun_again_voids_its_earlier_pieces()
    {
        UnitResult[] results =
        [
            Result(0, 0, Slice("events", SliceState.Open, Segment("a", 1, Print), Segment("b", 2, null)) with { Revision = new("3") }),
            Result(0, 1, Slice("events", SliceState.Done, Segment("a", 7, Print)) with { Restarted = true, Revision = new("9") }),
        ];

        var inventory = InventoryMerge.Merge(Plan(("events", null)), results, PointVolumes.None);

        Assert.Equal([("a", 7L, new Revision("9"))], inventory.Segments.Select(s => (s.Namespace!, s.Objects, s.Revision)));
    }

    [Fact]
    public void A_slice_that_failed_makes_its_type_failed_and_a_gap_and_what_was_read_of_it_stays()
    {
        UnitResult[] results =
        [
            Result(0, 0, Slice("pods", SliceState.Done, Segment("a", 1, Print)) with { Namespace = "a" }),
            Result(1, 0, Slice("pods", SliceState.Failed, Segment("b", 2, null)) with { Namespace = "b", Error = "500: broken" }),
        ];

        var inventory = InventoryMerge.Merge(Plan(("pods", "a"), ("pods", "b")), results, PointVolumes.None);

        Assert.Equal(
            (TypeState.Failed, "500: broken", 1L),
            (inventory.Types[0].State, inventory.Types[0].Error, inventory.Types[0].Objects)
        );
        Assert.Equal(new Gap("pods", "b", "500: broken"), Assert.Single(inventory.Gaps));
    }

    [Fact]
    public void Of_a_types_revisions_the_inventory_has_the_earliest_by_number()
    {
        UnitResult[] results =
        [
            Result(0, 0, Slice("pods", SliceState.Done, Segment("a", 1, Print)) with { Namespace = "a", Revision = new("1002") }),
            Result(1, 0, Slice("pods", SliceState.Done, Segment("b", 1, Print)) with { Namespace = "b", Revision = new("998") }),
        ];

        Assert.Equal(
            new Revision("998"),
            InventoryMerge.Merge(Plan(("pods", "a"), ("pods", "b")), results, PointVolumes.None).Types[0].Revision
        );
    }

    [Fact]
    public void A_namespace_that_comes_again_in_a_later_piece_makes_its_type_a_gap()
    {
        UnitResult[] results =
        [
            Result(0, 0, Slice("pods", SliceState.Open, Segment("a", 1, Print), Segment("b", 2, null))),
            Result(0, 1, Slice("pods", SliceState.Done, Segment("b", 3, Print), Segment("a", 5, Print))),
        ];

        var inventory = InventoryMerge.Merge(Plan(("pods", null)), results, PointVolumes.None);

        Assert.Equal(TypeState.Failed, inventory.Types.Single().State);
        Assert.Equal(["b"], inventory.Segments.Select(s => s.Namespace));
        Assert.Contains("'a'", Assert.Single(inventory.Gaps).Reason);
    }

    [Fact]
    public void What_was_planned_and_has_no_result_is_never_sealed_over()
    {
        var results = new[] { Result(0, 0, Slice("pods", SliceState.Done) with { Namespace = "a" }) };

        Assert.Throws<InvalidOperationException>(() =>
            InventoryMerge.Merge(Plan(("pods", "a"), ("pods", "b")), results, PointVolumes.None)
        );
        Assert.Throws<InvalidOperationException>(() =>
            InventoryMerge.Merge(Plan(("pods", null)), [Result(0, 0, Slice("pods", SliceState.Open))], PointVolumes.None)
        );
    }

    private static CapturePlan Plan(params (string Resource, string? Namespace)[] slices) =>
        new()
        {
            Cluster = ClusterName.Parse("shop"),
            ClusterUid = ClusterUid.Parse("uid"),
            ServerVersion = "v1.36.2",
            StartedAt = DateTimeOffset.UnixEpoch,
            PinnedAt = DateTimeOffset.UnixEpoch,
            Revision = new("5"),
            Request = new(),
            Types =
            [
                .. slices
                    .Select(s => s.Resource)
                    .Distinct()
                    .Select(r => new PlannedType
                    {
                        Type = new("", "v1", r, "Kind", true),
                        State = TypeState.Captured,
                        Revision = new("5"),
                        OwnStore = r == "events",
                    }),
            ],
            Units = [.. slices.Select((s, i) => new CaptureUnit(i, 0, [new Slice(s.Resource, s.Namespace, 1, 500)]))],
        };

    private static UnitResult Result(int unit, int piece, params SliceResult[] slices) =>
        new()
        {
            Unit = unit,
            Piece = piece,
            Slices = [.. slices],
        };

    private static SliceResult Slice(string resource, SliceState state, params SegmentPiece[] segments) =>
        new(resource, null, state, [.. segments]) { Revision = new("5") };

    private static SegmentPiece Segment(string ns, int objects, ContentDigest? fingerprint) =>
        new(
            ns,
            objects,
            fingerprint,
            [
                new Part
                {
                    Objects = objects,
                    RawBytes = 100,
                    RawDigest = Print,
                    Pack = Print,
                    Offset = 0,
                    Length = 10,
                },
            ]
        );
}
