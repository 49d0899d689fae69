using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;

namespace Holdfast.Capture.Tests;

/// <summary>A signature vouches for everything that a point names, parts of earlier points too.</summary>
public sealed class SignedReuseTests : IAsyncLifetime
{
    private readonly MemoryStore vault = new(TimeProvider.System);
    private readonly SealSigner mine = NewSigner();
    private readonly SealSigner other = NewSigner();
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSampleApplicationAsync(default);
        await cluster.SeedSyntheticAsync(2_000, 12, default);
    }

    public async Task DisposeAsync()
    {
        mine.Dispose();
        other.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_signed_capture_reuses_what_its_own_key_signed_and_nothing_else()
    {
        await CaptureAsync(null);
        var afterUnsigned = await CaptureAsync(mine);
        var afterOwn = await CaptureAsync(mine);
        var afterOther = await CaptureAsync(other);
        var unsigned = await CaptureAsync(null);

        Assert.Equal([0, 0], [afterUnsigned.SegmentsReused, afterOther.SegmentsReused]);
        Assert.True(afterOwn.SegmentsReused > 0);
        Assert.True(unsigned.SegmentsReused > 0);
        Assert.Contains(afterUnsigned.Notes, note => note.Contains("signature", StringComparison.Ordinal));
        Assert.All([afterUnsigned, afterOwn, afterOther, unsigned], report => Assert.Equal(CaptureState.Succeeded, report.State));
    }

    private static SealSigner NewSigner()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<CaptureReport> CaptureAsync(SealSigner? signer)
    {
        using var connection = new ClusterConnection(
            new ClusterEndpoint { Server = cluster.Server, Token = (_, _) => new(cluster.Token) },
            TimeProvider.System
        );
        return await new CaptureRun(connection, vault, TimeProvider.System, signer).RunAsync(
            ClusterName.Parse("shop"),
            new CaptureRequest(),
            null,
            default
        );
    }
}
