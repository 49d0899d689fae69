using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Signing;

/// <summary>Points that an attacker with write access adds to the vault, with correct digests.</summary>
public sealed class SealChainTests : IDisposable
{
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

    [Fact]
    public async Task Without_signatures_and_keys_every_point_is_read()
    {
        var point = await WriteAsync();

        await OpenAsync(point, SealTrust.Anyone);
        Assert.Empty((await SealChain.ReadAsync(store, SamplePoint.Cluster, default)).Faults);
    }

    [Fact]
    public async Task Behind_a_signed_point_an_unsigned_one_is_refused_and_found()
    {
        await WriteAsync(mine);
        var added = await WriteAsync();

        await RefusedAsync(added, SealTrust.Anyone);
        await RefusedAsync(added, Mine);
        await RefusedAsync(added, SealTrust.Of([mine.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.BeforeSigned));
        await OpenAsync(added, SealTrust.Of([], UnsignedSeals.Accepted));
        Assert.Equal((FindingKind.BadSignature, added.Id), await OnlyFindingAsync());
    }

    [Fact]
    public async Task Behind_a_signed_point_one_by_another_key_is_refused_until_that_is_trusted()
    {
        await WriteAsync(mine);
        var rotated = await WriteAsync(other);

        await RefusedAsync(rotated, SealTrust.Anyone);
        await RefusedAsync(rotated, Mine);
        await RefusedAsync(rotated, SealTrust.Of([mine.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.Accepted));
        await OpenAsync(
            rotated,
            SealTrust.Of([mine.ExportSubjectPublicKeyInfoPem() + other.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.Refused)
        );
    }

    [Fact]
    public async Task Points_from_before_signing_are_accepted_unless_keys_are_required()
    {
        var early = await WriteAsync();
        await WriteAsync();
        var signed = await WriteAsync(mine);
        await WriteAsync(mine);

        await OpenAsync(early, SealTrust.Anyone);
        await OpenAsync(signed, SealTrust.Anyone);
        await OpenAsync(early, SealTrust.Of([mine.ExportSubjectPublicKeyInfoPem()], UnsignedSeals.BeforeSigned));
        await RefusedAsync(early, Mine);
    }

    [Fact]
    public async Task A_second_beginning_is_refused_also_where_a_signed_capture_named_it()
    {
        await WriteAsync(mine);
        var forged = await WriteAloneAsync();
        var after = await WriteAsync(mine, SealTrust.Unasked);

        Assert.Contains(after.Seal.Previous, p => p.Point == forged.Id);
        await RefusedAsync(forged, SealTrust.Anyone);
        await OpenAsync(after, SealTrust.Anyone);
    }

    [Fact]
    public async Task A_second_beginning_with_its_own_key_leaves_nothing_trusted_without_keys()
    {
        var real = await WriteAsync(mine);
        var forged = await WriteAloneAsync(other);

        await RefusedAsync(forged, SealTrust.Anyone);
        await RefusedAsync(real, SealTrust.Anyone);
        await OpenAsync(real, Mine);
        await RefusedAsync(forged, Mine);
    }

    [Fact]
    public async Task A_signature_that_is_not_the_keys_is_refused()
    {
        var point = await WriteAsync(mine);
        var vault = new TamperedStore(store);
        vault.Replace(
            VaultPaths.Seal(SamplePoint.Cluster, point.Id),
            SealDocument.Write(SealDocument.Complete(point.Seal with { KeepUntil = SamplePoint.Time }))
        );

        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, point.Id, Mine, default)
        );

        Assert.Equal(ArchiveFailure.Untrusted, failure.Failure);
    }

    [Fact]
    public async Task A_seal_that_was_swapped_left_out_or_damaged_is_a_fault_of_the_chain()
    {
        var (first, second, _) = (await WriteAsync(), await WriteAsync(), await WriteAsync());
        var path = VaultPaths.Seal(SamplePoint.Cluster, second.Id);

        Assert.Equal(
            [(ChainFaultKind.Swapped, second.Id)],
            await FaultsAsync(v =>
                v.Replace(path, SealDocument.Write(SealDocument.Complete(second.Seal with { KeepUntil = SamplePoint.Time })))
            )
        );
        Assert.Equal([(ChainFaultKind.Missing, second.Id)], await FaultsAsync(v => v.Remove(path)));
        Assert.Equal([(ChainFaultKind.Unreadable, second.Id)], await FaultsAsync(v => v.Replace(path, "{}"u8.ToArray())));
        Assert.Contains(
            (ChainFaultKind.Gap, second.Id),
            await FaultsAsync(v => v.Replace(path, SealDocument.Write(SealDocument.Complete(second.Seal with { Sequence = 7 }))))
        );
        Assert.Contains(
            (ChainFaultKind.Missing, first.Id),
            await FaultsAsync(v => v.Remove(VaultPaths.Seal(SamplePoint.Cluster, first.Id)))
        );
    }

    private async Task<(ChainFaultKind, PointId)[]> FaultsAsync(Action<TamperedStore> tamper)
    {
        var vault = new TamperedStore(store);
        tamper(vault);
        var chain = await SealChain.ReadAsync(vault, SamplePoint.Cluster, default);
        return [.. chain.Faults.Select(f => (f.Kind, f.Point))];
    }

    private async Task<(FindingKind, PointId)> OnlyFindingAsync()
    {
        var finding = Assert.Single(
            (await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default)).Findings
        );
        return (finding.Kind, finding.Point!.Value);
    }

    private Task<RecoveryPointReader> OpenAsync(SealedPoint point, SealTrust trust) =>
        RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, trust, default);

    private async Task RefusedAsync(SealedPoint point, SealTrust trust) =>
        Assert.Equal(ArchiveFailure.Untrusted, (await Assert.ThrowsAsync<ArchiveException>(() => OpenAsync(point, trust))).Failure);

    private async Task<SealedPoint> WriteAsync(ECDsa? key = null, SealTrust? trust = null)
    {
        using var signer = key is null ? null : SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        return await SamplePoint.WriteAsync(
            store,
            Shop,
            SamplePoint.Time.AddHours(hours++),
            new(PointState.Succeeded, null, signer),
            trust
        );
    }

    /// <summary>A forged point that names no previous one.</summary>
    private async Task<SealedPoint> WriteAloneAsync(ECDsa? key = null)
    {
        using var signer = key is null ? null : SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        var alone = new MemoryStore();
        var point = await SamplePoint.WriteAsync(alone, Shop, SamplePoint.Time.AddHours(hours++), new(PointState.Succeeded, null, signer));
        await foreach (var blob in alone.ListAsync("clusters/", default))
            await store.CreateAsync(blob.Path, await alone.ReadAsync(blob.Path, null, default), null, default);
        return point;
    }
}
