using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.Benchmarks.Measuring;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using static Holdfast.Benchmarks.Measuring.Statistics;

namespace Holdfast.Benchmarks.Cases;

/// <summary>
/// Fan-out trees of units that do nothing, through the embedded task hub on a file: what is measured is the hub and the official runner
/// alone. A node has at most 100 children.
/// </summary>
internal sealed class HubCases(Scoreboard board, int pairs)
{
    private const int MostChildren = 100;
    private static readonly int[] Sizes = [100, 1000, 5000];

    public async Task RunAsync()
    {
        var first = 1000 * await OnceAsync(null, 1);
        var second = 1000 * await OnceAsync(null, 1);
        Console.WriteLine(
            $"in memory, from nothing to the end of a first orchestration: {first:0} ms, a second hub of the process {second:0} ms"
        );
        Dictionary<int, List<double>> seconds = Sizes.ToDictionary(size => size, _ => new List<double>());
        for (var pair = 0; pair < pairs; pair++)
        {
            foreach (var size in Sizes)
                seconds[size].Add(await OnFileAsync(size));
        }
        foreach (var size in Sizes)
            Console.WriteLine($"{size, 5} units: {Median(seconds[size]):0.00} s, {1e6 * Median(seconds[size]) / size:0} us a unit");
        var raw = new JsonObject { ["firstSeconds"] = Math.Round(first / 1000, 4) };
        foreach (var size in Sizes)
            raw[$"seconds{size}"] = Rounded(seconds[size]);
        board.AddAtMost(
            "time a unit of 5,000 units through the task hub / of 1,000",
            MedianRatio(seconds[5000], seconds[1000]) / 5,
            "x",
            1.5,
            raw
        );
    }

    private static async Task<double> OnFileAsync(int units)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-hub-");
        try
        {
            return await OnceAsync(Path.Combine(folder.FullName, "hub.db"), units);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> OnceAsync(string? path, int units)
    {
        var clock = Stopwatch.StartNew();
        var converter = JsonDataConverter.Default;
        var executor = new RegistryExecutor(Registry(), new NoServices(), converter, NullLoggerFactory.Instance);
        await using var hub = await EmbeddedHub.StartAsync(
            path,
            executor,
            converter,
            new(),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            CancellationToken.None
        );
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Tree", units, new StartOrchestrationOptions("tree"));
        var end = await hub.Client.WaitForInstanceCompletionAsync("tree", getInputsAndOutputs: true);
        return end.SerializedOutput == $"{units}"
            ? clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{units} units ended as {end}");
    }

    private static DurableTaskRegistry Registry() =>
        new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Unit", (_, _) => Task.FromResult(1))
            .AddOrchestratorFunc<int, int>(
                "Tree",
                async (context, units) =>
                    units <= MostChildren
                        ? (await Task.WhenAll(Enumerable.Range(0, units).Select(n => context.CallActivityAsync<int>("Unit", n)))).Sum()
                        : (await Task.WhenAll(Parts(units).Select(part => context.CallSubOrchestratorAsync<int>("Tree", part)))).Sum()
            );

    private static IEnumerable<int> Parts(int units) =>
        Enumerable.Range(0, (units + MostChildren - 1) / MostChildren).Select(n => Math.Min(MostChildren, units - (n * MostChildren)));

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
