using System.Globalization;
using Holdfast.HubProcess;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;

// A process to be killed: holdfast-hub-process HUB EFFECTS NODES LEAVES
// Starts the tree in that hub, or resumes it, and prints a line for each effect and at last "end" and the output.
if (args is not [var path, var effects, var nodes, var leaves])
{
    Console.Error.WriteLine("holdfast-hub-process HUB EFFECTS NODES LEAVES");
    return 2;
}
var registry = new DurableTaskRegistry();
new Tree(effects).Register(registry);
var converter = JsonDataConverter.Default;
var executor = new RegistryExecutor(registry, new NoServices(), converter, NullLoggerFactory.Instance);
await using var hub = await EmbeddedHub.StartAsync(
    path,
    executor,
    converter,
    new(MaxActivities: 4, MaxOrchestrators: 2),
    TimeProvider.System,
    NullLoggerFactory.Instance,
    CancellationToken.None
);
Console.WriteLine("open");
if (await hub.Client.GetInstanceAsync("tree") is null)
{
    var round = new Round(0, int.Parse(nodes, CultureInfo.InvariantCulture), int.Parse(leaves, CultureInfo.InvariantCulture), 0, 0);
    await hub.Client.ScheduleNewOrchestrationInstanceAsync("Tree", round, new StartOrchestrationOptions("tree"));
}
var end = await hub.Client.WaitForInstanceCompletionAsync("tree", getInputsAndOutputs: true);
Console.WriteLine($"end {end.RuntimeStatus} {end.SerializedOutput}");
return 0;
