using System.Globalization;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Tests;

public sealed class HubKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 36,
        Nodes = 60,
        Leaves = 25;

    /// <summary>Set it to the printed value of a failed run to repeat its kills.</summary>
    private const string SeedVariable = "HOLDFAST_KILL_SEED";

    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    private readonly TemporaryFile file = new();
    private readonly CancellationTokenSource patience = new(LongEnough);

    private string Effects => Path.Combine(file.Folder, "effects.log");

    public void Dispose()
    {
        patience.Dispose();
        file.Dispose();
    }

    [Fact]
    public async Task Killed_at_any_point_it_ends_as_if_it_had_never_been_with_every_effect_and_every_decision_once()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"{SeedVariable}={seed}");
        var random = new Random(seed);
        for (var kill = 0; kill < Kills; kill++)
            await DieAsync(kill % 3 == 0 ? new Death(0, random.Next(400)) : new Death(random.Next(14), random.Next(4)));

        Assert.True(LeavesThatRan().Count < Nodes * Leaves, "the run had ended before the last kill");

        var end = await EndAsync();

        var sum = Enumerable.Range(0, Nodes).Sum(node => Enumerable.Range(0, Leaves).Sum(leaf => 1000L * node + leaf));
        Assert.Equal($"end Completed [{sum},{sum}]", end);
        AssertEveryLeafRanWithOneDraw();
        AssertEveryDecisionStandsOnce();
    }

    /// <param name="Lines">First it opened its hub and made effects, a line each.</param>
    /// <param name="Milliseconds">Then this time went by.</param>
    private sealed record Death(int Lines, int Milliseconds);

    private async Task DieAsync(Death death)
    {
        using var process = HubProcess.Start(file.Path, Effects, $"{Nodes}", $"{Leaves}");
        for (var line = 0; line < death.Lines; line++)
            Assert.Matches("^(open|draw|leaf)", await process.StandardOutput.ReadLineAsync(patience.Token));
        await Task.Delay(death.Milliseconds);
        process.Kill();
        await process.WaitForExitAsync(patience.Token);
    }

    /// <returns>The last line.</returns>
    private async Task<string> EndAsync()
    {
        using var process = HubProcess.Start(file.Path, Effects, $"{Nodes}", $"{Leaves}");
        return (await process.StandardOutput.ReadToEndAsync(patience.Token)).TrimEnd().Split('\n')[^1];
    }

    private void AssertEveryLeafRanWithOneDraw()
    {
        var leaves = Ran().ToList();
        output.WriteLine($"{leaves.Count} leaves ran for {Nodes * Leaves}");
        Assert.Equal(Nodes * Leaves, LeavesThatRan().Count);
        Assert.All(leaves.GroupBy(leaf => leaf[1]), node => Assert.Single(node.Select(leaf => leaf[3]).Distinct()));
    }

    private IEnumerable<string[]> Ran() =>
        File.ReadLines(Effects).Where(line => line.StartsWith("leaf ", StringComparison.Ordinal)).Select(line => line.Split(' '));

    private HashSet<(string Node, string Leaf)> LeavesThatRan() => [.. Ran().Select(leaf => (leaf[1], leaf[2]))];

    /// <summary>
    /// A node decides on a draw, a timer, its leaves, a report and its end: each is in its history exactly once, as is each answer.
    /// </summary>
    private void AssertEveryDecisionStandsOnce()
    {
        using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT i.id, h.event FROM history h JOIN instance i ON i.key = h.instance WHERE i.id LIKE 'node-%'";
        using var reader = command.ExecuteReader();
        var events = new List<(string Id, P.HistoryEvent Event)>();
        while (reader.Read())
            events.Add((reader.GetString(0), P.HistoryEvent.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1))));
        Assert.Equal(Nodes, events.Select(e => e.Id).Distinct().Count());
        foreach (var node in events.GroupBy(e => e.Id, e => e.Event))
        {
            Assert.Equal(Enumerable.Range(0, Leaves + 4), node.Where(e => e.EventId >= 0).Select(e => e.EventId).Order());
            Assert.Equal(
                Enumerable.Range(2, Leaves).Prepend(0),
                node.Where(e => e.TaskCompleted is not null).Select(e => e.TaskCompleted.TaskScheduledId).Order()
            );
            Assert.Single(node, e => e.TimerFired is not null);
        }
    }
}
