using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Benchmarks.Seeding;
using static Holdfast.Benchmarks.Measuring.Statistics;

namespace Holdfast.Benchmarks.Cases;

/// <summary>
/// A listing of many points of several clusters, by a process that has listed them before and by one that reads every seal.
/// </summary>
internal sealed class CatalogueCases(Tools tools, Scoreboard board, int pairs)
{
    private const int Points = 10_000;
    private const int Clusters = 10;

    public async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-catalogue-").FullName;
        var vault = Path.Combine(folder, "vault");
        Console.WriteLine($"writing {Points:N0} points ...");
        await WriteAsync(vault);
        List<double> first = [],
            again = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(folder, $"cache-{pair}"));
            first.Add(await ListAsync(vault));
            again.Add(await ListAsync(vault));
        }
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
        Directory.Delete(folder, recursive: true);
        var raw = new JsonObject { ["firstSeconds"] = Rounded(first), ["againSeconds"] = Rounded(again) };
        board.AddAtMost($"listing {Points:N0} points again", Median(again), "s", 1, raw);
        board.AddAtMost($"listing {Points:N0} points, every seal read", Median(first), "s", 30, raw.DeepClone().AsObject());
    }

    private async Task<double> ListAsync(string vault)
    {
        var run = await Measured.RunAsync(tools.Holdfast, ["points", "--vault", vault, "-o", "json"]);
        var listed = JsonDocument.Parse(run.Output).RootElement.GetArrayLength();
        return listed == Points ? run.Seconds : throw new InvalidOperationException($"{listed} points were listed");
    }

    private static Task WriteAsync(string vault) =>
        Parallel.ForAsync(0, Clusters, async (i, stop) => await WriteAsync(vault, Archive.Format.ClusterName.Parse($"c{i}"), stop));

    private static async Task WriteAsync(string vault, Archive.Format.ClusterName cluster, CancellationToken cancellation)
    {
        var writer = new RecoveryPointWriter(new FolderStore(vault, TimeProvider.System), cluster, null);
        using var packs = new PackWriter(writer, PackLimits.Default, ImmutableDictionary<ContentDigest, Part>.Empty);
        packs.Begin(new("configmaps", "bench"));
        packs.TryAppend([], """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"bench"}}"""u8);
        packs.EndSegment();
        var packed = await packs.CompleteAsync(cancellation);
        var begin = TimeProvider.System.GetUtcNow().AddSeconds(-Points);
        for (var i = 0; i < Points / Clusters; i++)
            await writer.SealAsync(
                PackedPoint.InventoryOf(cluster, packed, begin.AddSeconds(i)),
                new(PointState.Succeeded, null),
                cancellation
            );
    }
}
