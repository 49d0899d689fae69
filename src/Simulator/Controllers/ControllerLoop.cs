using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Passes every change to every controller, in order, and lets them act, shortly after the change.</summary>
internal sealed class ControllerLoop : IAsyncDisposable
{
    private readonly ObjectStore store;
    private readonly OwnerIndex owners = new();
    private readonly Controller[] controllers;
    private readonly ChangeSignal caughtUp = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;
    private long position;

    /// <param name="makesObjects">With those that make objects for others.</param>
    public ControllerLoop(ClusterObjects objects, bool makesObjects)
    {
        store = objects.Store;
        controllers =
        [
            new GarbageCollector(objects, owners),
            new NamespaceTermination(objects),
            new DefinitionCleanup(objects),
            new StorageProtection(objects),
            .. makesObjects
                ? new Controller[] { new NamespaceContents(objects), new Deployments(objects, owners), new ReplicaSets(objects, owners) }
                : [],
        ];
        running = Task.Run(RunAsync);
    }

    /// <summary>Returns once all changes so far are handled.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = caughtUp.NextAsync();
            if (Volatile.Read(ref position) >= store.Revision)
                return;
            var ended = await Task.WhenAny(moved, running).WaitAsync(cancellation);
            await ended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (await store.Feed.WaitToReadAsync(stopping.Token))
        {
            var seen = position;
            while (store.Feed.TryRead(out var change))
            {
                owners.Observe(change);
                foreach (var controller in controllers)
                    controller.Observe(change);
                seen = change.Revision;
            }
            foreach (var controller in controllers)
                controller.Act();
            Volatile.Write(ref position, seen);
            caughtUp.Raise();
        }
    }
}
