namespace Holdfast.TaskHub.Tests;

/// <summary>Tests that hold a hub: its end is awaited after each.</summary>
public abstract class HubTest : IAsyncLifetime, IAsyncDisposable
{
    public Task InitializeAsync() => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
