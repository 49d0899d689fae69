using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Stores;

namespace Holdfast.AzureCloud.Tests.Blobs;

public sealed class AzuriteFixture : IDisposable
{
    public Azurite Azurite { get; } = Azurite.Start();

    public void Dispose() => Azurite.Dispose();
}

public sealed class BlobContainerStoreTests(AzuriteFixture fixture) : BlobStoreSuite, IClassFixture<AzuriteFixture>
{
    private readonly BlobContainerStore store = BlobVaults.Open(
        fixture.Azurite.NewContainer(),
        VaultUse.Write,
        fixture.Azurite.ConnectionString
    );

    protected override IBlobStore Store => store;

    [Fact]
    public async Task A_point_is_written_read_and_verified()
    {
        SampleSegment[] segments = [new("configmaps", "shop", """{"a":1}"""), new("secrets", "shop", """{"b":1}""")];
        var first = await SamplePoint.WriteAsync(store, segments, request: new(PointState.Succeeded, SamplePoint.Time.AddDays(7)));
        var second = await SamplePoint.WriteAsync(store, segments, SamplePoint.Time.AddHours(1));

        Assert.Equal([first.Id, second.Id], (await SealedPoints.ListAsync(store, SamplePoint.Cluster, default)).Select(p => p.Id));
        Assert.Equal(SamplePoint.Cluster, Assert.Single(await SealedPoints.ClustersAsync(store, default)));
        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, second.Id, default);
        Assert.Single(await reader.ReadSegmentAsync(reader.Inventory.Segments[0], default).ToListAsync());
        Assert.Empty((await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default)).Findings);
    }

    [Fact]
    public async Task Immutability_that_the_container_has_not_is_said_to_be_none_and_nothing_fails()
    {
        await store.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(DateTimeOffset.UtcNow.AddDays(1)), default);
        Assert.True(await store.ExtendImmutabilityAsync("a", null, new(DateTimeOffset.UtcNow.AddDays(9)), default));

        Assert.Equal(ImmutabilitySupport.None, store.Immutability);
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_an_error_for_a_reader_and_empty_for_a_writer()
    {
        var url = fixture.Azurite.NewContainer();
        var reader = BlobVaults.Open(url, VaultUse.Read, fixture.Azurite.ConnectionString);
        var writer = BlobVaults.Open(url, VaultUse.Write, fixture.Azurite.ConnectionString);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() => SealedPoints.ListAsync(reader, SamplePoint.Cluster, default));
        Assert.Equal(ArchiveFailure.NotFound, failure.Failure);
        Assert.Contains("--vault", failure.Message);
        Assert.Empty(await SealedPoints.ListAsync(writer, SamplePoint.Cluster, default));
        Assert.Null(await writer.ReadAsync("a", null, default));
    }

    [Fact]
    public async Task Many_blobs_are_listed_over_pages_in_order()
    {
        var paths = Enumerable.Range(0, 300).Select(i => $"clusters/prod/packs/{i:D4}").ToList();
        await Parallel.ForEachAsync(paths, async (path, stop) => await store.CreateAsync(path, "x"u8.ToArray(), null, stop));

        Assert.Equal(paths, await store.ListAsync("clusters/", default).Select(e => e.Path).ToListAsync());
    }
}
