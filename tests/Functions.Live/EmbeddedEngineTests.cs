using Holdfast.TestKit.Functions.Durable;

namespace Holdfast.Functions.Live.Tests;

/// <summary>The embedded task hub behind the test host: it must behave as the extension does.</summary>
public sealed class EmbeddedEngineTests : EngineBehaviour
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-hub-");

    private protected override IDurableEngine Engine() => new EmbeddedEngine(Path.Combine(folder.FullName, "hub.sqlite"));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
