using Holdfast.Capture.Running;
using Holdfast.Control;
using Holdfast.TestKit.Files;

namespace Holdfast.Capture.Tests;

public sealed class CaptureLedgerTests
{
    private const string Folder = "runs/20261122T120000Z-b21a92e5.prod/";

    [Fact]
    public async Task A_pass_that_a_process_of_release_0_1_0_has_stored_meanwhile_is_the_one_that_counts()
    {
        var control = new MemoryDocuments();
        var stored = await File.ReadAllBytesAsync(RepositoryFiles.Path($"tests/vectors/releases/0.1.0/control/{Folder}leg-1.json"));
        await control.PutAsync($"{Folder}leg-1.json", stored, default);
        var theirs = (await new CaptureLedger(new(control, Folder)).FindPassAsync(1, default))!;

        var counts = await new CaptureLedger(new(control, Folder)).KeepAsync(theirs with { Notes = ["ours"] }, default);

        Assert.Equal(theirs.Notes, counts.Notes);
        Assert.Empty(control.Unusable.All);
    }
}
