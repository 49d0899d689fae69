using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Benchmarks.Seeding;
using static Holdfast.Benchmarks.Measuring.Statistics;

namespace Holdfast.Benchmarks.Cases;

/// <summary>A capture against the floor of downloading the same lists, and against a second capture of the same cluster.</summary>
internal sealed class CaptureCases(Tools tools, Scoreboard board, int pairs)
{
    private sealed record Series
    {
        public List<double> Capture { get; } = [];
        public List<double> Again { get; } = [];
        public List<double> Encrypted { get; } = [];
        public List<double> Curl { get; } = [];
        public List<double> CaptureEtcd { get; } = [];
        public List<double> CurlEtcd { get; } = [];
        public List<double> PeakMiB { get; } = [];
        public string ServerVersion { get; set; } = "";
        public long Objects { get; set; }
        public long Bytes { get; set; }
        public long PacksWrittenAgain { get; set; }

        public JsonObject Raw() =>
            new()
            {
                ["serverVersion"] = ServerVersion,
                ["objects"] = Objects,
                ["bytes"] = Bytes,
                ["captureSeconds"] = Rounded(Capture),
                ["secondCaptureSeconds"] = Rounded(Again),
                ["encryptedSeconds"] = Rounded(Encrypted),
                ["curlSeconds"] = Rounded(Curl),
                ["captureEtcdCpuSeconds"] = Rounded(CaptureEtcd),
                ["curlEtcdCpuSeconds"] = Rounded(CurlEtcd),
                ["peakMiB"] = Rounded(PeakMiB),
            };
    }

    public async Task RunAsync()
    {
        var small = await MeasureAsync(20_000, custom: false, withKubectl: true);
        board.AddAtMost("capture of 20,000 objects / parallel curl", MedianRatio(small.Capture, small.Curl), "x", 2.2, small.Raw());
        var large = await MeasureAsync(100_000, custom: false, withKubectl: false);
        board.AddAtMost("capture of 100,000 objects / parallel curl", MedianRatio(large.Capture, large.Curl), "x", 1.5, large.Raw());
        board.AddAtMost(
            "capture of 100,000 objects with encryption / without",
            MedianRatio(large.Encrypted, large.Capture),
            "x",
            1.15,
            large.Raw()
        );
        board.AddAtMost(
            "second capture, unchanged, 100,000 objects / first",
            MedianRatio(large.Again, large.Capture),
            "x",
            SecondCapture(large.ServerVersion),
            large.Raw()
        );
        board.AddAtMost(
            "packs written by a second capture of an unchanged cluster",
            large.PacksWrittenAgain + small.PacksWrittenAgain,
            "packs",
            0,
            large.Raw()
        );
        board.AddAtMost("peak memory of a capture of 100,000 objects", Median(large.PeakMiB), "MiB", 150, large.Raw());
        board.AddAtMost(
            "peak memory, 100,000 objects / 20,000",
            Median(large.PeakMiB) / Median(small.PeakMiB),
            "x",
            1.2,
            new JsonObject { ["small"] = Rounded(small.PeakMiB), ["large"] = Rounded(large.PeakMiB) }
        );
        board.AddAtMost(
            "etcd CPU of a capture of 100,000 objects / curl's",
            large.CaptureEtcd.Sum() / large.CurlEtcd.Sum(),
            "x",
            2,
            large.Raw()
        );
    }

    /// <summary>The same objects as custom resources of a current API server.</summary>
    public async Task RunNewerAsync()
    {
        var series = await MeasureAsync(100_000, custom: true, withKubectl: false);
        var where = $"100,000 custom resources on {series.ServerVersion}";
        board.AddAtMost($"capture of {where} / parallel curl", MedianRatio(series.Capture, series.Curl), "x", 1.5, series.Raw());
        board.AddAtMost(
            $"second capture, unchanged, {where} / first",
            MedianRatio(series.Again, series.Capture),
            "x",
            SecondCapture(series.ServerVersion),
            series.Raw()
        );
        board.AddAtMost($"packs written by a second capture, unchanged, {where}", series.PacksWrittenAgain, "packs", 0, series.Raw());
        board.AddAtMost($"peak memory of a capture of {where}", Median(series.PeakMiB), "MiB", 150, series.Raw());
    }

    /// <summary>Servers before 1.31 decode every object to make its metadata, which no client can avoid.</summary>
    private static double SecondCapture(string serverVersion) =>
        Version.Parse(string.Join('.', serverVersion.TrimStart('v').Split('.', '-', '+')[..2])) >= new Version(1, 31) ? 0.6 : 0.75;

    private Task<KubeServer> StartAsync(bool custom) =>
        custom ? KubeServer.StartNewerAsync(tools.Root, tools.Newer!) : KubeServer.StartAsync(tools.Root);

    private async Task<Series> MeasureAsync(int count, bool custom, bool withKubectl)
    {
        Console.WriteLine($"seeding {count:N0} {(custom ? "custom resources" : "objects")} ...");
        await using var server = await StartAsync(custom);
        using (var client = new BareClient(server))
            await client.PostAsync(new ObjectMix(count, custom).Waves());
        var vault = Directory.CreateTempSubdirectory("holdfast-bench-vault-").FullName;
        await tools.CaptureAsync(server, vault);
        var (types, version) = await Tools.CapturedAsync(vault);
        await Tools.CurlListsAsync(server, types);
        Directory.Delete(vault, recursive: true);

        var series = new Series { ServerVersion = version };
        for (var pair = 0; pair < pairs; pair++)
            await PairAsync(server, types, series);
        if (withKubectl)
            await AgainstKubectlAsync(server, types);
        return series;
    }

    private async Task PairAsync(KubeServer server, IReadOnlyList<ResourceType> types, Series series)
    {
        var vault = Directory.CreateTempSubdirectory("holdfast-bench-vault-").FullName;
        var before = server.EtcdCpuSeconds;
        var (capture, report) = await tools.CaptureAsync(server, vault);
        var between = server.EtcdCpuSeconds;
        var curl = await Tools.CurlListsAsync(server, types);
        var after = server.EtcdCpuSeconds;
        var (again, second) = await tools.CaptureAsync(server, vault);
        Directory.Delete(vault, recursive: true);
        await tools.EncryptAsync(vault);
        var (encrypted, _) = await tools.CaptureAsync(server, vault);
        Directory.Delete(vault, recursive: true);

        series.Encrypted.Add(encrypted.Seconds);
        series.Capture.Add(capture.Seconds);
        series.Curl.Add(curl.Seconds);
        series.Again.Add(again.Seconds);
        series.CaptureEtcd.Add(between - before);
        series.CurlEtcd.Add(after - between);
        series.PeakMiB.Add(capture.PeakBytes / 1048576.0);
        series.Objects = report.GetProperty("objects").GetInt64();
        series.Bytes = report.GetProperty("bytes").GetInt64();
        series.PacksWrittenAgain += second.GetProperty("packsWritten").GetInt64();
    }

    private async Task AgainstKubectlAsync(KubeServer server, IReadOnlyList<ResourceType> types)
    {
        List<double> ours = [],
            kubectl = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            var vault = Directory.CreateTempSubdirectory("holdfast-bench-vault-").FullName;
            ours.Add((await tools.CaptureAsync(server, vault)).Run.Seconds);
            Directory.Delete(vault, recursive: true);
            kubectl.Add((await Tools.KubectlGetAsync(server, types)).Seconds);
        }
        board.AddAtLeast(
            "kubectl get -A -o json of 20,000 objects / capture",
            MedianRatio(kubectl, ours),
            "x",
            5,
            new JsonObject { ["kubectlSeconds"] = Rounded(kubectl), ["captureSeconds"] = Rounded(ours) }
        );
    }
}
