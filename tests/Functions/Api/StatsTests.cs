using System.Net;
using Holdfast.Archive.Format;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Tests.Api;

public sealed class StatsTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task What_points_take_is_added_up_and_kept_until_there_is_another_point()
    {
        var first = await SamplePoint.WriteAsync(bench.Vault, [Segment("a"), Segment("b")]);
        var one = (await bench.GetAsync("/api/stats/prod")).Is(HttpStatusCode.OK).Json;
        // what is kept isn't read again: nothing of the vault's inventories is there
        bench.Vault.Overwrite(VaultPaths.Inventory(SamplePoint.Cluster, first.Id), "x"u8.ToArray());
        var kept = (await bench.GetAsync("/api/stats/prod")).Is(HttpStatusCode.OK).Json;
        await SamplePoint.WriteAsync(bench.Vault, [Segment("b"), Segment("c")], SamplePoint.Time.AddDays(1));
        var two = (await bench.GetAsync("/api/stats/prod")).Is(HttpStatusCode.OK).Json;

        Assert.Equal((1, 2), ((int)one["points"]!, one["namespaces"]!.AsArray().Count));
        Assert.NotNull(one["freed"]);
        Assert.Equal(one.ToJsonString(), kept.ToJsonString());
        // the first one's inventory can't be read any more, which the notes say
        Assert.Equal(1, (int)two["points"]!);
        Assert.Contains(two["notes"]!.AsArray(), n => ((string)n!).Contains($"{first.Id} isn't counted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_the_vault_does_not_know_has_no_figures() =>
        (await bench.GetAsync("/api/stats/nothing")).Is(HttpStatusCode.NotFound);

    private static SampleSegment Segment(string ns) => new("configmaps", ns, $$"""{"metadata":{"name":"{{ns}}"} }""");
}
