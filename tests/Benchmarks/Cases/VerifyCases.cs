using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Benchmarks.Seeding;
using static Holdfast.Benchmarks.Measuring.Statistics;

namespace Holdfast.Benchmarks.Cases;

/// <summary>A verification of every byte, against sha256sum over the same manifests and over the packs that hold them.</summary>
internal sealed class VerifyCases(Tools tools, Scoreboard board, int pairs)
{
    private const int Count = 400_000;

    public async Task RunAsync()
    {
        var vault = Directory.CreateTempSubdirectory("holdfast-bench-vault-").FullName;
        var manifests = Path.Combine(vault, "manifests.ndjson");
        Console.WriteLine($"writing {Count:N0} objects to verify ...");
        await WriteAsync(vault, manifests);
        List<double> verify = [],
            ofManifests = [],
            ofPacks = [],
            peak = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            var run = await Measured.RunAsync(tools.Holdfast, ["verify", "--vault", vault, "--cluster", Tools.ClusterName, "-o", "json"]);
            verify.Add(run.Seconds);
            peak.Add(run.PeakBytes / 1048576.0);
            ofManifests.Add((await Sha256SumAsync($"'{manifests}'")).Seconds);
            ofPacks.Add((await Sha256SumAsync($"'{vault}'/clusters/*/packs/*")).Seconds);
        }
        var raw = new JsonObject
        {
            ["verifySeconds"] = Rounded(verify),
            ["sha256sumOfManifestsSeconds"] = Rounded(ofManifests),
            ["sha256sumOfPacksSeconds"] = Rounded(ofPacks),
            ["verifyPeakMiB"] = Rounded(peak),
            ["manifestMiB"] = new FileInfo(manifests).Length >> 20,
        };
        Directory.Delete(vault, recursive: true);
        Console.WriteLine($"        rate of verify / sha256sum over the packs: {MedianRatio(ofPacks, verify):0.00} x");
        board.AddAtLeast("rate of a full verify / sha256sum over the manifests", MedianRatio(ofManifests, verify), "x", 0.8, raw);
    }

    private static Task<Measured> Sha256SumAsync(string files) => Measured.RunAsync("bash", ["-c", $"sha256sum {files} >/dev/null"]);

    private static async Task WriteAsync(string vault, string manifests)
    {
        var cluster = Archive.Format.ClusterName.Parse(Tools.ClusterName);
        var writer = new RecoveryPointWriter(new FolderStore(vault, TimeProvider.System), cluster, null);
        using var packs = new PackWriter(writer, PackLimits.Default, ImmutableDictionary<ContentDigest, Part>.Empty);
        await using var plain = File.Create(manifests);
        packs.Begin(new("configmaps", "bench"));
        foreach (var post in new ObjectMix(Count).Waves().SelectMany(wave => wave))
        {
            packs.TryAppend([], post.Body);
            await plain.WriteAsync(post.Body);
        }
        packs.EndSegment();
        var packed = await packs.CompleteAsync(default);
        await writer.SealAsync(
            PackedPoint.InventoryOf(cluster, packed, TimeProvider.System.GetUtcNow()),
            new(PointState.Succeeded, null),
            default
        );
    }
}
