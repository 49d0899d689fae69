using Microsoft.DurableTask;

namespace Holdfast.HubProcess;

/// <param name="First">The first node of this round; half of them make a round, and each round is an execution of its own.</param>
/// <param name="Sum">Of what nodes returned before.</param>
/// <param name="Reported">Of what nodes reported by events before.</param>
internal sealed record Round(int First, int Nodes, int Leaves, long Sum, long Reported);

internal sealed record Node(int Number, int Leaves);

internal sealed record Leaf(int Node, int Number, int Draw);

/// <summary>
/// A fan-out with everything that an engine must not lose or do twice: children, activities, timers, events between instances, continuing
/// as new. The output depends on the sizes only. Every node draws a new number and passes it to all of its leaves: leaves of one node with
/// different numbers prove a decision that was taken twice.
/// </summary>
internal sealed class Tree(string effects)
{
    private readonly Lock gate = new();

    public void Register(DurableTaskRegistry registry) =>
        registry
            .AddOrchestratorFunc<Round, long[]>("Tree", RunAsync)
            .AddOrchestratorFunc<Node, long>("Node", RunNodeAsync)
            .AddActivityFunc<int, int>("Draw", (_, node) => Task.FromResult(Draw(node)))
            .AddActivityFunc<Leaf, long>("Leaf", LeafAsync);

    private static async Task<long[]> RunAsync(TaskOrchestrationContext context, Round round)
    {
        var half = Math.Min(round.Nodes - round.First, (round.Nodes + 1) / 2);
        var nodes = Enumerable
            .Range(round.First, half)
            .Select(n =>
                context.CallSubOrchestratorAsync<long>(
                    "Node",
                    new Node(n, round.Leaves),
                    new SubOrchestrationOptions(instanceId: $"node-{n}")
                )
            );
        var (sum, reported) = (round.Sum + (await Task.WhenAll(nodes)).Sum(), round.Reported);
        for (var i = 0; i < half; i++)
            reported += await context.WaitForExternalEvent<long>("Report");
        if (round.First + half < round.Nodes)
            context.ContinueAsNew(round with { First = round.First + half, Sum = sum, Reported = reported });
        return [sum, reported];
    }

    private static async Task<long> RunNodeAsync(TaskOrchestrationContext context, Node node)
    {
        var draw = await context.CallActivityAsync<int>("Draw", node.Number);
        await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        var leaves = await Task.WhenAll(
            Enumerable.Range(0, node.Leaves).Select(n => context.CallActivityAsync<long>("Leaf", new Leaf(node.Number, n, draw)))
        );
        context.SendEvent(context.Parent!.InstanceId, "Report", leaves.Sum());
        return leaves.Sum();
    }

    private int Draw(int node)
    {
        var drawn = Random.Shared.Next(1, int.MaxValue);
        Log($"draw {node} {drawn}");
        return drawn;
    }

    private async Task<long> LeafAsync(TaskActivityContext _, Leaf leaf)
    {
        await Task.Delay(8);
        Log($"leaf {leaf.Node} {leaf.Number} {leaf.Draw}");
        return 1000L * leaf.Node + leaf.Number;
    }

    private void Log(string line)
    {
        lock (gate)
        {
            File.AppendAllText(effects, line + "\n");
            Console.WriteLine(line);
        }
    }
}
