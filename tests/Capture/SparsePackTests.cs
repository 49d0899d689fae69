using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Capture.Reuse;

namespace Holdfast.Capture.Tests;

/// <summary>A few unchanged objects don't keep a whole pack: they are written again, and the pack can be purged.</summary>
public sealed class SparsePackTests : SimulatedCaptureTest
{
    [Fact]
    public async Task What_lies_in_a_pack_that_the_last_point_hardly_uses_is_written_again_once()
    {
        await CaptureAsync();
        var reused = await CaptureAsync(OneNamespace);
        var rewritten = await CaptureAsync(OneNamespace);
        var settled = await CaptureAsync(OneNamespace);

        var (before, after, last) = (await InventoryAsync(reused), await InventoryAsync(rewritten), await InventoryAsync(settled));
        var sparse = await SparsePacks.FindAsync(Vault, Name, before, default);
        Assert.Equal(0, reused.PacksWritten);
        Assert.NotEmpty(sparse);
        Assert.True(rewritten.PacksWritten > 0);
        Assert.Equal(Packs(before).Except(sparse.Select(p => p.ToString())).Order(), Packs(after).Intersect(Packs(before)).Order());
        Assert.Equal(Contents(before), Contents(after));
        Assert.Contains(rewritten.Notes, note => note.Contains("packs", StringComparison.Ordinal));
        Assert.Empty(await SparsePacks.FindAsync(Vault, Name, after, default));
        Assert.Equal(0, settled.PacksWritten);
        Assert.Equal(Packs(after), Packs(last));
    }

    private static CaptureRequest OneNamespace(CaptureRequest request) =>
        request with
        {
            Scope = new() { Namespaces = ["synthetic-0001"] },
        };

    private async Task<Inventory> InventoryAsync(CaptureReport report) =>
        (await RecoveryPointReader.OpenAsync(Vault, Name, report.Point, SealTrust.Anyone, default)).Inventory;

    private static IEnumerable<string> Packs(Inventory of) =>
        of.Segments.SelectMany(s => s.Parts).Select(p => p.Pack.ToString()).Distinct();

    private static IEnumerable<(string, string?, ContentDigest)> Contents(Inventory of) =>
        of.Segments.Select(s => (s.Resource, s.Namespace, s.Fingerprint));
}
