using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Durable.Hub;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Control;
using Microsoft.Extensions.Logging.Abstractions;

// A process of its own for a fleet, to be killed or measured: holdfast-fleet-process FOLDER RUN CONCURRENCY NAME=URL|TOKEN...
// Begins the fleet's run on the hub in that folder, or goes on with it, and prints "open" and at last "end", the run's state and the most memory that the process has used, in MiB.
// For RUN may stand a time: then it is a tick of the schedule, and the control store's policies say what is captured.
if (args is not [var folder, var id, var concurrency, .. var targets])
{
    Console.Error.WriteLine("holdfast-fleet-process FOLDER RUN CONCURRENCY NAME=URL|TOKEN...");
    return 2;
}
var connections = targets.Select(target => target.Split('=', '|')).ToDictionary(
    parts => ClusterName.Parse(parts[0]),
    parts => new ClusterConnection(new() { Server = new(parts[1]), Token = (_, _) => new(parts[2]) }, TimeProvider.System));
var environment = new RunEnvironment(
    (cluster, _) => Task.FromResult(connections[cluster]),
    new FolderStore(Path.Combine(folder, "vault"), TimeProvider.System),
    new FolderDocuments(Path.Combine(folder, "control"), TimeProvider.System),
    TimeProvider.System);
await using var hub = await TaskHub.StartAsync(
    Path.Combine(folder, "hub.db"), HoldfastRegistry.Create(environment), new(), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
Console.WriteLine("open");
var tick = RunId.TryParse(id, out var run) ? null : new TickOrder(DateTimeOffset.Parse(id, CultureInfo.InvariantCulture));
var instance = tick?.InstanceId ?? id;
if (await hub.GetInstanceAsync(instance, CancellationToken.None) is null)
{
    var order = new FleetOrder { Run = run, Clusters = [.. connections.Keys], RequestedBy = "tests", Concurrency = int.Parse(concurrency, CultureInfo.InvariantCulture) };
    await hub.ScheduleNewOrchestrationInstanceAsync(tick is null ? Orchestrators.CaptureFleet : Orchestrators.RunDuePolicies, instance, tick ?? (object)order, CancellationToken.None);
}
var end = await hub.WaitForInstanceCompletionAsync(instance, CancellationToken.None);
using var self = System.Diagnostics.Process.GetCurrentProcess();
Console.WriteLine($"end {end.RuntimeStatus} {self.PeakWorkingSet64 >> 20}");
return 0;
