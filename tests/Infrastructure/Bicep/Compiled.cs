namespace Holdfast.Infrastructure.Tests.Bicep;

/// <summary>The repository's Bicep, compiled once for all tests, and a place for changed copies of it.</summary>
public sealed class Compiled : IAsyncLifetime, IDisposable
{
    public const string Collection = "Bicep";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-infrastructure");
    private readonly BicepProcess compiler = new();
    private string extension = "";
    private int copies;

    /// <summary>A region on Flex Consumption with everything at its default: nothing is public.</summary>
    internal Deployment OneRegion { get; private set; } = null!;

    /// <summary>Two regions on Elastic Premium with everything turned on, and one public address that may come in.</summary>
    internal Deployment TwoRegions { get; private set; } = null!;

    internal string? Template { get; private set; }

    internal IReadOnlyList<string> Findings { get; private set; } = [];

    internal BicepFolder Original { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        extension = await BicepFolder.PublishExtensionAsync(folder.FullName);
        Original = Copy();
        (Template, Findings) = await Original.CompileAsync("main.bicep");
        OneRegion = await Original.DeployAsync("one-region");
        TwoRegions = await Original.DeployAsync("two-regions");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        compiler.Dispose();
        folder.Delete(recursive: true);
    }

    internal BicepFolder Copy()
    {
        var copy = new BicepFolder(compiler, Path.Combine(folder.FullName, $"{Interlocked.Increment(ref copies)}"), extension);
        copy.Fill();
        return copy;
    }
}

[CollectionDefinition(Compiled.Collection)]
public sealed class CompiledGroup : ICollectionFixture<Compiled>;
