using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.FleetProcess;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;

// A process of its own for a fleet, to be killed or measured: holdfast-fleet-process FOLDER RUN CONCURRENCY NAME=URL|TOKEN... Begins the
// fleet's run on the hub in that folder, or continues it, and prints "open" and at last "end", the run's state and the most memory that
// the process has used, in MiB. RUN may be a time: then it is a tick of the schedule, and the control store's policies say what is
// captured.
if (args is not [var folder, var id, var concurrency, .. var targets])
{
    Console.Error.WriteLine("holdfast-fleet-process FOLDER RUN CONCURRENCY NAME=URL|TOKEN...");
    return 2;
}
var connections = targets
    .Select(target => target.Split('=', '|'))
    .ToDictionary(
        parts => ClusterName.Parse(parts[0]),
        parts => new ClusterConnection(new() { Server = new(parts[1]), Token = (_, _) => new(parts[2]) }, TimeProvider.System)
    );
var environment = new RunEnvironment(
    (cluster, _) => Task.FromResult(connections[cluster]),
    new FolderStore(Path.Combine(folder, "vault"), TimeProvider.System),
    new FolderDocuments(Path.Combine(folder, "control"), TimeProvider.System),
    TimeProvider.System
);
var registry = new DurableTaskRegistry();
HoldfastTasks.Register(registry);
var services = new WorkspaceProvider(new(environment));
await using var hub = await EmbeddedHub.StartAsync(
    Path.Combine(folder, "hub.db"),
    new RegistryExecutor(registry, services, PayloadConverter.Instance, NullLoggerFactory.Instance),
    PayloadConverter.Instance,
    new(),
    TimeProvider.System,
    NullLoggerFactory.Instance,
    CancellationToken.None
);
Console.WriteLine("open");
var tick = RunId.TryParse(id, out var run) ? null : new TickOrder(DateTimeOffset.Parse(id, CultureInfo.InvariantCulture));
var instance = tick?.InstanceId ?? id;
if (await hub.Client.GetInstanceAsync(instance) is null)
{
    if (tick is not null)
    {
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(Orchestrators.Schedule, tick, new StartOrchestrationOptions(instance));
    }
    else
    {
        var order = new FleetOrder
        {
            Run = run,
            Clusters = [.. connections.Keys],
            RequestedBy = "tests",
            Concurrency = int.Parse(concurrency, CultureInfo.InvariantCulture),
            Request = new(),
        };
        await new RunOrders(environment.Control, TimeProvider.System).StartAsync(hub.Client, at => new(at) { Fleet = order }, default);
    }
}
var end = await hub.Client.WaitForInstanceCompletionAsync(instance);
using var self = System.Diagnostics.Process.GetCurrentProcess();
Console.WriteLine($"end {end.RuntimeStatus} {self.PeakWorkingSet64 >> 20}");
return 0;
