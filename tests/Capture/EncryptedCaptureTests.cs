using System.Text.Json;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Capture.Tests;

/// <summary>Captures into a vault that is encrypted, and what becomes of reuse when its keys change.</summary>
public sealed class EncryptedCaptureTests : SimulatedCaptureTest
{
    private static readonly PassphraseWrap Passphrase = PassphraseWrap.Of("correct horse battery staple");

    private KeyedVault Opened => new(Vault, [Passphrase]);

    private KeyRotation Rotation => new(Opened, Passphrase, new FakeTimeProvider(DateTimeOffset.UnixEpoch));

    [Fact]
    public async Task Everything_is_encrypted_reused_by_the_next_capture_and_written_again_under_another_key()
    {
        await Rotation.EncryptAsync(EncryptionScope.Everything, default);

        var first = await CaptureAsync(store: Opened);
        var second = await CaptureAsync(store: Opened);
        await Rotation.RotateAsync(default);
        var rotated = await CaptureAsync(store: Opened);
        var again = await CaptureAsync(store: Opened);

        Assert.True(first.PacksWritten > 0);
        Assert.Equal((0, first.Objects), (second.PacksWritten, second.Objects));
        Assert.True(second.SegmentsReused > 0);
        Assert.Equal((0, first.Bytes), (rotated.SegmentsReused, rotated.Bytes));
        Assert.True(rotated.PacksWritten > 0);
        Assert.Equal(0, again.PacksWritten);
        Assert.All(await PacksAsync(), path => Assert.EndsWith(".encrypted", path));
        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task With_secrets_only_they_alone_are_in_encrypted_packs_and_their_parts_are_shared_with_a_wider_scope()
    {
        var open = await CaptureAsync(store: Opened);
        await Rotation.EncryptAsync(EncryptionScope.Secrets, default);

        var secrets = await CaptureAsync(store: Opened);
        var inventory = await InventoryAsync(secrets.Point);
        await Rotation.EncryptAsync(EncryptionScope.Everything, default);
        var everything = await InventoryAsync((await CaptureAsync(store: Opened)).Point);

        Assert.All(inventory.Segments, s => Assert.Equal(s.Resource == "secrets", s.Parts[0].Key is not null));
        Assert.True(secrets.PacksWritten < open.PacksWritten + 1, "what isn't a Secret is reused");
        Assert.All(everything.Segments, s => Assert.NotNull(s.Parts[0].Key));
        Assert.Equal(SecretPacks(inventory), SecretPacks(everything));
        Assert.Empty((await VerifyAsync()).Findings);

        static IEnumerable<ContentDigest> SecretPacks(Inventory of) =>
            of.Segments.Where(s => s.Resource == "secrets").SelectMany(s => s.Parts).Select(p => p.Pack);
    }

    [Fact]
    public async Task A_policy_says_what_of_its_points_is_encrypted()
    {
        await Rotation.EncryptAsync(EncryptionScope.Everything, default);
        using var policy = JsonDocument.Parse(
            """{"version":1,"name":"nightly","clusters":{"names":["shop"]},"schedule":{"cron":"0 2 * * *"},"encryption":"secrets"}"""
        );

        var report = await CaptureAsync(r => r with { Policy = policy.RootElement }, Opened);

        var inventory = await InventoryAsync(report.Point);
        Assert.All(inventory.Segments, s => Assert.Equal(s.Resource == "secrets", s.Parts[0].Key is not null));
    }

    [Fact]
    public async Task Without_the_key_a_capture_fails_and_writes_nothing()
    {
        await Rotation.EncryptAsync(EncryptionScope.Secrets, default);

        foreach (var store in new IBlobStore[] { Vault, new KeyedVault(Vault, [PassphraseWrap.Of("a wrong passphrase")]) })
        {
            var fault = await Assert.ThrowsAsync<ArchiveException>(() => CaptureAsync(store: store));
            Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        }
        Assert.Equal(["keys/000001.json"], await Vault.ListAsync("", default).Select(b => b.Path).ToArrayAsync());
    }

    private async Task<string[]> PacksAsync() => await Vault.ListAsync(VaultPaths.Packs(Name), default).Select(b => b.Path).ToArrayAsync();

    private async Task<Inventory> InventoryAsync(PointId point) =>
        (await RecoveryPointReader.OpenAsync(Opened, Name, point, default)).Inventory;

    private Task<VerifyReport> VerifyAsync() => PointVerifier.VerifyAsync(Opened, Name, null, SealTrust.Anyone, null, default);
}
