using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Signing;

/// <summary>Seals that an attacker appends to the chain, with correct digests.</summary>
public sealed class ForgedSealTests : IDisposable
{
    private const long Huge = 5_000_000_000;
    private static readonly SampleSegment[] Shop = [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")];

    private readonly ECDsa mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemoryStore store = new();
    private int hours;

    public void Dispose()
    {
        mine.Dispose();
        other.Dispose();
    }

    private SealTrust Mine => SealTrust.Of([mine.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.Refused);

    /// <param name="sequence">Null: the next one.</param>
    [Theory]
    [InlineData(false, null), InlineData(true, null), InlineData(false, Huge), InlineData(true, Huge), InlineData(true, long.MaxValue)]
    public async Task With_keys_points_that_they_did_not_sign_are_neither_head_nor_previous_nor_latest(bool signed, long? sequence)
    {
        var real = await WriteAsync(mine);
        var forged = await ForgeAsync([real], sequence ?? real.Seal.Sequence + 1, signed ? other : null);

        var end = await ChainEnd.FindAsync(store, SamplePoint.Cluster, Mine, default);
        var next = await WriteAsync(mine);

        Assert.Equal((real.Id, real.Id), (end.Latest!.Id, Assert.Single(end.Heads).Id));
        Assert.Equal((ChainFaultKind.Untrusted, forged.Id), (Assert.Single(end.PassedOver).Kind, end.PassedOver[0].Point));
        Assert.Equal((real.Id, real.Seal.Sequence + 1), (Assert.Single(next.Seal.Previous).Point, next.Seal.Sequence));
        Assert.Equal(next.Id, (await ChainEnd.FindAsync(store, SamplePoint.Cluster, Mine, default)).Latest!.Id);
    }

    [Theory]
    [InlineData(Huge), InlineData(long.MaxValue), InlineData(1)]
    public async Task Without_keys_a_sequence_that_does_not_follow_is_skipped_and_reported(long sequence)
    {
        await WriteAsync();
        var real = await WriteAsync();
        var forged = await ForgeAsync([real], sequence);

        await PassedOverAsync(forged, real);
    }

    [Fact]
    public async Task Without_keys_a_sequence_above_the_number_of_seals_is_skipped_though_the_previous_one_is_gone()
    {
        var real = await WriteAsync();
        var gone = real.Seal with { Point = PointId.For(SamplePoint.Time.AddDays(-20), real.Seal.Inventory) };
        var forged = await ForgeAsync([real with { Seal = gone }], Huge);

        await PassedOverAsync(forged, real);
    }

    [Fact]
    public async Task A_point_that_was_copied_alone_into_another_vault_is_still_the_latest_for_its_key()
    {
        var (_, last) = (await WriteAsync(mine), await WriteAsync(mine));
        var copy = new MemoryStore();
        await foreach (var blob in store.ListAsync($"{VaultPaths.Points(SamplePoint.Cluster)}{last.Id}/", default))
            await copy.CreateAsync(blob.Path, await store.ReadAsync(blob.Path, null, default), null, default);

        Assert.Equal(last.Id, (await ChainEnd.FindAsync(copy, SamplePoint.Cluster, Mine, default)).Latest!.Id);
    }

    [Fact]
    public async Task The_first_signed_point_names_the_unsigned_ones_before_it()
    {
        var unsigned = await WriteAsync();

        Assert.Equal(unsigned.Id, Assert.Single((await WriteAsync(mine)).Seal.Previous).Point);
    }

    [Fact]
    public async Task A_capture_with_a_new_key_continues_the_points_of_the_old_one_where_that_is_trusted()
    {
        var old = await WriteAsync(other);
        var both = SealTrust.Of([other.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.Refused);
        using var signer = SealSigner.FromPem(mine.ExportPkcs8PrivateKeyPem());

        var rotated = await SamplePoint.WriteAsync(
            store,
            Shop,
            SamplePoint.Time.AddHours(1),
            new(PointState.Succeeded, null, signer),
            both
        );

        Assert.Equal((old.Id, 2), (Assert.Single(rotated.Seal.Previous).Point, rotated.Seal.Sequence));
    }

    private async Task PassedOverAsync(SealedPoint forged, SealedPoint real)
    {
        var end = await ChainEnd.FindAsync(store, SamplePoint.Cluster, SealTrust.Anyone, default);
        var report = await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);
        var next = await WriteAsync();

        Assert.Equal((real.Id, real.Id), (end.Latest!.Id, Assert.Single(end.Heads).Id));
        Assert.Equal((ChainFaultKind.Gap, forged.Id), (Assert.Single(end.PassedOver).Kind, end.PassedOver[0].Point));
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.BrokenChain && f.Point == forged.Id);
        Assert.Equal((real.Id, real.Seal.Sequence + 1), (Assert.Single(next.Seal.Previous).Point, next.Seal.Sequence));
    }

    private Task<SealedPoint> WriteAsync(ECDsa? key = null) => WriteAsync(store, key);

    private async Task<SealedPoint> WriteAsync(IBlobStore into, ECDsa? key)
    {
        using var signer = key is null ? null : SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        return await SamplePoint.WriteAsync(into, Shop, SamplePoint.Time.AddHours(hours++), new(PointState.Succeeded, null, signer));
    }

    /// <summary>A complete forged point, with packs and inventory, and a seal with arbitrary content.</summary>
    private async Task<SealedPoint> ForgeAsync(SealedPoint[] previous, long sequence, ECDsa? key = null)
    {
        var aside = new MemoryStore();
        var point = await WriteAsync(aside, null);
        var path = VaultPaths.Seal(SamplePoint.Cluster, point.Id);
        await foreach (var blob in aside.ListAsync("clusters/", default))
        {
            if (blob.Path != path)
                await store.CreateAsync(blob.Path, await aside.ReadAsync(blob.Path, null, default), null, default);
        }
        var seal = point.Seal with
        {
            Sequence = sequence,
            Previous = [.. previous.Select(p => new PreviousSeal(p.Id, p.SealDigest))],
            Signature = null,
        };
        seal = SealDocument.Complete(seal);
        using var signer = key is null ? null : SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        var bytes = SealDocument.Write(signer is null ? seal : await signer.SignAsync(seal, default));
        await store.CreateAsync(path, bytes, null, default);
        return new(SealDocument.Read(bytes, SamplePoint.Cluster, point.Id), ContentDigest.Of(bytes));
    }
}
