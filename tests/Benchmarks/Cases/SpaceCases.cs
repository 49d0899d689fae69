using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Simulator;

namespace Holdfast.Benchmarks.Cases;

/// <summary>
/// What points share: 30 captures of a simulated cluster, with 2% of the objects changed between two of them, by <c>holdfast stats</c>.
/// </summary>
internal sealed class SpaceCases(Tools tools, Scoreboard board)
{
    private const int Objects = 20_000;
    private const int Namespaces = 50;
    private const int Days = 30;
    private const int Changed = Objects / 50;
    private static readonly string[] Resources =
    [
        "api/v1|configmaps",
        "api/v1|secrets",
        "api/v1|serviceaccounts",
        "api/v1|services",
        "api/v1|pods",
        "api/v1|persistentvolumeclaims",
        "apis/rbac.authorization.k8s.io/v1|roles",
    ];

    public async Task RunAsync()
    {
        await MeasureAsync("2% of the objects of every namespace changed daily", Namespaces, 1.1);
        await MeasureAsync("2% of the objects changed daily, all in a tenth of the namespaces", Namespaces / 10, 5);
    }

    /// <param name="busy">Namespaces in which something changes.</param>
    private async Task MeasureAsync(string what, int busy, double bar)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-space-").FullName;
        await using var cluster = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSyntheticAsync(Objects, Namespaces, default);
        var kubeconfig = Path.Combine(folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.Kubeconfig());
        using var client = Client(cluster);
        var objects = await ObjectsAsync(client, busy);
        var random = new Random(20261122);
        string[] vault = ["--vault", Path.Combine(folder, "vault"), "--cluster", Tools.ClusterName, "-o", "json"];
        for (var day = 0; day < Days; day++)
        {
            await Measured.RunAsync(tools.Holdfast, ["capture", "--kubeconfig", kubeconfig, .. vault]);
            foreach (var path in random.GetItems(objects, Changed))
                await ChangeAsync(client, path, day);
        }
        var stats = JsonDocument.Parse((await Measured.RunAsync(tools.Holdfast, ["stats", .. vault])).Output).RootElement;
        Directory.Delete(folder, recursive: true);
        var space = stats[0];
        long Bytes(params ReadOnlySpan<string> path)
        {
            var at = space;
            foreach (var name in path)
                at = at.GetProperty(name);
            return at.GetInt64();
        }
        var (all, once, packs) = (Bytes("pointBytes"), Bytes("content", "raw"), Bytes("packs", "bytes"));
        Console.WriteLine($"        {what}: {all >> 20} MiB of points are {once >> 20} MiB of content in {packs >> 20} MiB of packs");
        board.AddAtLeast(
            $"raw bytes of {Days} points / of their content once, {what}",
            (double)all / once,
            "x",
            bar,
            new JsonObject
            {
                ["pointBytes"] = all,
                ["contentBytes"] = once,
                ["packBytes"] = packs,
            }
        );
    }

    private static HttpClient Client(SimulatedCluster cluster)
    {
        return new() { BaseAddress = cluster.Server, DefaultRequestHeaders = { Authorization = new("Bearer", cluster.Token) } };
    }

    /// <summary>Paths of the objects of the first namespaces.</summary>
    private static async Task<string[]> ObjectsAsync(HttpClient client, int namespaces)
    {
        var paths = new List<string>();
        foreach (var resource in Resources.Select(r => r.Split('|')))
        {
            for (var i = 0; i < namespaces; i++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{resource[0]}/namespaces/synthetic-{i:D4}/{resource[1]}");
                var list = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;
                var names = list.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("metadata").GetProperty("name"));
                paths.AddRange(names.Select(name => $"{path}/{name.GetString()}"));
            }
        }
        return [.. paths];
    }

    private static async Task ChangeAsync(HttpClient client, string path, int day)
    {
        var change = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["day"] = $"{day}" } } };
        using var patch = new StringContent(change.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var answer = await client.PatchAsync(new Uri(path, UriKind.Relative), patch);
        answer.EnsureSuccessStatusCode();
    }
}
