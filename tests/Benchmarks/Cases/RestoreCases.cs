using System.Text.Json.Nodes;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Benchmarks.Seeding;
using static Holdfast.Benchmarks.Measuring.Statistics;

namespace Holdfast.Benchmarks.Cases;

/// <summary>
/// A restore of 20,000 objects into an empty cluster, plan included, against kubectl create and against a client that only posts.
/// </summary>
internal sealed class RestoreCases(Tools tools, Scoreboard board, int pairs)
{
    private const int Count = 20_000;

    public async Task RunAsync()
    {
        var vault = Directory.CreateTempSubdirectory("holdfast-bench-vault-").FullName;
        var manifests = Path.Combine(vault, "manifests.json");
        var waves = new ObjectMix(Count).Waves().ToArray();
        Console.WriteLine($"seeding {Count:N0} objects to restore ...");
        await using (var source = await KubeServer.StartAsync(tools.Root))
        {
            using (var client = new BareClient(source))
                await client.PostAsync(waves);
            await tools.CaptureAsync(source, vault);
        }
        await File.WriteAllLinesAsync(manifests, waves.SelectMany(wave => wave).Select(WithNamespace));

        List<double> restore = [],
            bare = [],
            kubectl = [],
            peak = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            var run = await OnEmptyAsync(server =>
                Measured.RunAsync(
                    tools.Holdfast,
                    [
                        "restore",
                        "latest",
                        "--yes",
                        "--into-other-cluster",
                        "--kubeconfig",
                        server.Kubeconfig,
                        "--vault",
                        vault,
                        "--cluster",
                        Tools.ClusterName,
                        "-o",
                        "json",
                    ]
                )
            );
            restore.Add(run.Seconds);
            peak.Add(run.PeakBytes / 1048576.0);
            bare.Add((await OnEmptyAsync(server => PostAsync(server, waves))).Seconds);
            kubectl.Add((await OnEmptyAsync(server => KubectlCreateAsync(server, manifests))).Seconds);
        }
        Directory.Delete(vault, recursive: true);

        var raw = new JsonObject
        {
            ["restoreSeconds"] = Rounded(restore),
            ["bareClientSeconds"] = Rounded(bare),
            ["kubectlSeconds"] = Rounded(kubectl),
            ["restorePeakMiB"] = Rounded(peak),
        };
        board.AddAtLeast("kubectl create -f of 20,000 objects / restore, plan included", MedianRatio(kubectl, restore), "x", 3, raw);
        board.AddAtLeast(
            "rate of a restore, plan included / bare client on 32 connections",
            MedianRatio(bare, restore),
            "x",
            0.7,
            raw.DeepClone().AsObject()
        );
    }

    private async Task<Measured> OnEmptyAsync(Func<KubeServer, Task<Measured>> run)
    {
        await using var server = await KubeServer.StartAsync(tools.Root);
        return await run(server);
    }

    private static async Task<Measured> PostAsync(KubeServer server, IEnumerable<IReadOnlyList<PreparedPost>> waves)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var client = new BareClient(server);
        await client.PostAsync(waves);
        return new(clock.Elapsed.TotalSeconds, 0, "");
    }

    /// <summary>
    /// kubectl stops at a custom resource whose type is not served yet, so its definition goes first, in the measured time.
    /// </summary>
    private static Task<Measured> KubectlCreateAsync(KubeServer server, string manifests) =>
        Measured.RunAsync(
            "bash",
            [
                "-c",
                $"head -1 '{manifests}' | kubectl --kubeconfig '{server.Kubeconfig}' create -f - >/dev/null && "
                    + $"kubectl --kubeconfig '{server.Kubeconfig}' wait --for condition=established crd --all >/dev/null && "
                    + $"tail -n +2 '{manifests}' | kubectl --kubeconfig '{server.Kubeconfig}' create -f - >/dev/null",
            ]
        );

    private static string WithNamespace(PreparedPost post)
    {
        var manifest = JsonNode.Parse(post.Body)!;
        var segments = post.Path.Split('/');
        if (segments is [.., "namespaces", var ns, _])
            manifest["metadata"]!["namespace"] = ns;
        return manifest.ToJsonString();
    }
}
