using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Live.Tests;

/// <summary>
/// The Durable extension that production runs, on an emulated storage account for the class; each test has a task hub of its own.
/// </summary>
public sealed class DurableExtensionTests(DurableExtensionTests.Storage storage)
    : EngineBehaviour,
        IClassFixture<DurableExtensionTests.Storage>
{
    private static int hubs;
    private readonly string hub = $"Hub{Interlocked.Increment(ref hubs)}";

    private protected override IDurableEngine Engine() => new DurableExtension(storage.ConnectionString, hub);

    public sealed class Storage : IDisposable
    {
        private readonly Azurite azurite = Azurite.StartAll();

        public string ConnectionString => azurite.ConnectionString;

        public void Dispose() => azurite.Dispose();
    }
}
