using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;

namespace Holdfast.Capture.Tests;

public sealed class UnitSizingTests
{
    private static readonly ListCosts Old = ListCosts.Of("v1.20.2");
    private static readonly ListCosts Current = ListCosts.Of("v1.36.2");
    private static readonly ImmutableArray<string> Fifty = [.. Enumerable.Range(0, 50).Select(i => $"team-{i:00}")];

    [Fact]
    public void Every_type_is_read_once_over_all_namespaces_or_once_in_each()
    {
        Prop.ForAll(
                ArbMap.Default.ArbFor<(NonNegativeInt[], PositiveInt)>(),
                input =>
                {
                    var types = input.Item1.Select((count, i) => Type($"type{i}", count.Get * 997L, namespaced: i % 3 != 0)).ToArray();
                    ImmutableArray<string> namespaces = [.. Enumerable.Range(0, input.Item2.Get).Select(i => $"ns-{i}")];

                    var units = UnitSizing.Units(types, namespaces, all: true, Old, KnownSegments.None);

                    return types.All(t =>
                        {
                            var slices = units
                                .SelectMany(u => u.Slices)
                                .Where(s => s.Resource == t.Type.GroupResource)
                                .Select(s => s.Namespace)
                                .Order()
                                .ToArray();
                            return slices is [null] || (t.Type.Namespaced && slices.SequenceEqual(namespaces.Order()));
                        })
                        && units.All(u => !u.Slices.IsEmpty)
                        && units.Select(u => u.Number).SequenceEqual(Enumerable.Range(0, units.Length));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_small_type_is_one_list_and_a_huge_one_a_list_for_every_namespace()
    {
        var units = UnitSizing.Units([Type("small", 900), Type("huge", 170_000)], Fifty, all: true, Old, KnownSegments.None);

        Assert.Equal(["*"], Slices(units, "small"));
        Assert.Equal(50, Slices(units, "huge").Count());
    }

    [Theory]
    [InlineData("v1.36.2", true), InlineData("v1.34.0-eks-a1b2c3", true), InlineData("v2.0.0", true)]
    [
        InlineData("v1.33.9", false),
        InlineData("v1.31.0", false),
        InlineData("v1.20.2", false),
        InlineData("", false),
        InlineData("custom", false)
    ]
    public void Servers_with_snapshots_of_their_watch_cache_are_asked_for_whole_types_others_and_unknown_ones_for_a_namespace_at_a_time(
        string version,
        bool whole
    )
    {
        var slices = UnitSizing
            .Units([Type("huge", 100_000)], Fifty, all: true, ListCosts.Of(version), KnownSegments.None)
            .SelectMany(u => u.Slices)
            .ToList();

        Assert.Equal((whole ? 1 : 50, whole ? 5_000 : 2_000), (slices.Count, slices[0].PageLimit));
    }

    [Fact]
    public void A_current_server_is_asked_for_a_namespace_at_a_time_where_each_fills_pages_of_its_own()
    {
        var units = UnitSizing.Units([Type("huge", 2_000_000)], Fifty, all: true, Current, KnownSegments.None);

        Assert.Equal(50, Slices(units, "huge").Count());
    }

    [Fact]
    public void With_ten_thousand_namespaces_a_type_that_few_of_them_have_is_one_list()
    {
        ImmutableArray<string> many = [.. Enumerable.Range(0, 10_000).Select(i => $"ns-{i}")];

        Assert.Equal(["*"], Slices(UnitSizing.Units([Type("some", 20_000)], many, all: true, Old, KnownSegments.None), "some"));
    }

    [Fact]
    public void A_few_namespaces_of_many_are_read_one_by_one()
    {
        var units = UnitSizing.Units([Type("maps", 50_000)], [.. Fifty.Take(2)], all: false, Old, KnownSegments.None);

        Assert.Equal(["team-00", "team-01"], Slices(units, "maps"));
    }

    [Fact]
    public void What_is_excluded_failed_or_known_to_be_empty_is_not_read()
    {
        var units = UnitSizing.Units(
            [
                Type("a", 5) with
                {
                    State = TypeState.Excluded,
                },
                Type("b", 5) with
                {
                    State = TypeState.Failed,
                },
                Type("c", 0) with
                {
                    KnownEmpty = true,
                },
            ],
            Fifty,
            all: true,
            Old,
            KnownSegments.None
        );

        Assert.Empty(units);
    }

    [Fact]
    public void A_type_with_a_store_of_its_own_is_one_list_at_its_own_revision()
    {
        var slice = UnitSizing
            .Units([Type("events", 500_000) with { OwnStore = true }], Fifty, all: true, Old, KnownSegments.None)
            .Single()
            .Slices.Single();

        Assert.Equal((null, true), (slice.Namespace, slice.OwnRevision));
    }

    [Fact]
    public void Pages_aim_at_the_same_bytes_whatever_an_object_weighs()
    {
        int Page(long bytes) =>
            UnitSizing
                .Units([Type("t", 10) with { SampleBytes = bytes }], Fifty, all: true, Old, KnownSegments.None)
                .Single()
                .Slices.Single()
                .PageLimit;

        Assert.Equal((2_000, 838, 20), (Page(600), Page(10_000), Page(500_000)));
    }

    [Fact]
    public void Units_come_out_even()
    {
        var units = UnitSizing.Units(
            [.. Enumerable.Range(1, 40).Select(i => Type($"t{i}", i * 100L))],
            Fifty,
            all: true,
            Old,
            KnownSegments.None
        );

        Assert.InRange(units.Max(u => u.Expected), 1, 1.2 * units.Min(u => u.Expected));
    }

    private static IEnumerable<string> Slices(ImmutableArray<CaptureUnit> units, string resource) =>
        [.. units.SelectMany(u => u.Slices).Where(s => s.Resource == resource).Select(s => s.Namespace ?? "*").Order()];

    private static PlannedType Type(string resource, long count, bool namespaced = true) =>
        new()
        {
            Type = new("", "v1", resource, "Kind", namespaced),
            State = TypeState.Captured,
            Count = count,
            SampleBytes = 1_000,
            Revision = new("7"),
        };
}
