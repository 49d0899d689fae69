using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Durable;
using Holdfast.Durable.Hub;
using Holdfast.HubProcess;
using Microsoft.Extensions.Logging.Abstractions;

// A process to be killed: holdfast-hub-process HUB EFFECTS NODES LEAVES
// Starts the tree in that hub, or goes on with it, and prints a line for each effect and at last "end" and the output.
if (args is not [var path, var effects, var nodes, var leaves])
{
    Console.Error.WriteLine("holdfast-hub-process HUB EFFECTS NODES LEAVES");
    return 2;
}
var registry = new DurableRegistry(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });
new Tree(effects).Register(registry);
await using var hub = await TaskHub.StartAsync(path, registry, new(MaxActivities: 4, MaxOrchestrators: 2), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
Console.WriteLine("open");
if (await hub.GetInstanceAsync("tree", CancellationToken.None) is null)
    await hub.ScheduleNewOrchestrationInstanceAsync("Tree", "tree", new Round(0, int.Parse(nodes, CultureInfo.InvariantCulture), int.Parse(leaves, CultureInfo.InvariantCulture), 0, 0), CancellationToken.None);
var end = await hub.WaitForInstanceCompletionAsync("tree", CancellationToken.None);
Console.WriteLine($"end {end.RuntimeStatus} {end.Output}");
return 0;
