using Holdfast.Archive.Format;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Tests.Planning;

public sealed class VolumeBatchesTests
{
    [Fact]
    public void An_application_is_never_split_and_batches_are_bounded_by_others()
    {
        var volumes = VolumeBatches.Number(
            Of("a", 20).Concat(Of("b", 10)).Concat(Of("c", VolumeBatches.Most + 5)).Concat(Of("d", 1)).Concat([Without("e")])
        );

        var batches = volumes
            .Where(v => v.Batch is not null)
            .GroupBy(v => v.Application)
            .ToDictionary(g => g.Key, g => g.Select(v => v.Batch).Distinct());
        Assert.All(batches.Values, b => Assert.Single(b));
        Assert.Equal(["a:0", "b:1", "c:2", "d:3"], batches.Select(b => $"{b.Key}:{b.Value.Single()}"));
        Assert.Equal(Enumerable.Range(0, volumes.Length - 1), volumes.Select(v => v.Number).OfType<int>());
        Assert.Null(volumes.Single(v => v.Application == "e").Number);
    }

    [Fact]
    public void The_order_of_finding_does_not_matter() =>
        Assert.Equal(
            VolumeBatches.Number(Of("a", 20).Concat(Of("b", 20))).Select(v => (v.Record.Claim, v.Number, v.Batch)),
            VolumeBatches.Number(Of("b", 20).Concat(Of("a", 20)).Reverse()).Select(v => (v.Record.Claim, v.Number, v.Batch))
        );

    private static IEnumerable<PlannedVolume> Of(string application, int count) =>
        Enumerable.Range(0, count).Select(i => Without(application, i) with { Class = "class" });

    private static PlannedVolume Without(string application, int number = 0) =>
        new()
        {
            Record = new()
            {
                Namespace = application,
                Claim = $"{application}-{number:00}",
                Mode = VolumeMode.Filesystem,
                Protection = VolumeProtection.None,
            },
            Application = application,
        };
}
