using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Points;

public sealed class PartReaderTests
{
    [Fact]
    public async Task No_room_is_made_for_more_than_the_bytes_of_a_part_can_give()
    {
        var store = new MemoryStore();
        var point = await SamplePoint.WriteAsync(store, [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")]);
        var inventory = await RecoveryPointReader.ReadInventoryAsync(store, SamplePoint.Cluster, point.Seal, CancellationToken.None);
        var segment = inventory.Segments[0];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var fault = await Assert.ThrowsAsync<ArchiveException>(() =>
            PartReader.ReadAsync(
                store,
                point.Seal,
                segment,
                segment.Parts[0] with
                {
                    RawBytes = FormatLimits.ManifestRawBytes,
                },
                CancellationToken.None
            )
        );

        Assert.Equal(ArchiveFailure.DigestMismatch, fault.Failure);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }
}
