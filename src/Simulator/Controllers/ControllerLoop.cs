using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Shows every change to every controller, in order, and lets them act. They follow the store within moments.</summary>
internal sealed class ControllerLoop : IAsyncDisposable
{
    private readonly ObjectStore _store;
    private readonly OwnerIndex _owners = new();
    private readonly Controller[] _controllers;
    private readonly ChangeSignal _caughtUp = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _position;

    public ControllerLoop(ClusterObjects objects)
    {
        _store = objects.Store;
        _controllers =
        [
            new GarbageCollector(objects, _owners),
            new NamespaceContents(objects),
            new NamespaceTermination(objects),
            new DefinitionCleanup(objects),
            new StorageProtection(objects),
            new Deployments(objects, _owners),
            new ReplicaSets(objects, _owners),
        ];
        _running = Task.Run(RunAsync);
    }

    /// <summary>Returns once nothing is left to do about anything that has happened.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = _caughtUp.NextAsync();
            if (Volatile.Read(ref _position) >= _store.Revision)
                return;
            var ended = await Task.WhenAny(moved, _running).WaitAsync(cancellation);
            await ended;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _store.Feed.WaitToReadAsync(_stopping.Token))
        {
            var seen = _position;
            while (_store.Feed.TryRead(out var change))
            {
                _owners.Observe(change);
                foreach (var controller in _controllers)
                    controller.Observe(change);
                seen = change.Revision;
            }
            foreach (var controller in _controllers)
                controller.Act();
            Volatile.Write(ref _position, seen);
            _caughtUp.Raise();
        }
    }
}
