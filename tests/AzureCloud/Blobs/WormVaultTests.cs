using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.AzureCloud.Tests.Blobs;

/// <summary>The guarantees of every store, on a container with versions and immutability.</summary>
public sealed class WormVaultSuiteTests : BlobStoreSuite
{
    protected override IBlobStore Store { get; } = new WormVault(TimeProvider.System).Store;
}

/// <summary>The same where deleted versions can be brought back.</summary>
public sealed class WormVaultSoftDeleteSuiteTests : BlobStoreSuite
{
    protected override IBlobStore Store { get; } = new WormVault(TimeProvider.System, new() { SoftDelete = TimeSpan.FromDays(7) }).Store;
}

/// <summary>The same without versions.</summary>
public sealed class PlainVaultSuiteTests : BlobStoreSuite
{
    protected override IBlobStore Store { get; } =
        new WormVault(TimeProvider.System, new() { Versioning = false, Immutability = false }).Store;
}

/// <summary>What the storage refuses, and what this program makes of it.</summary>
public sealed class WormVaultTests
{
    private const string Path = "clusters/prod/packs/a";
    private readonly FakeTimeProvider time = new(SamplePoint.Time);
    private readonly WormVault vault;

    public WormVaultTests() => vault = new(time);

    private BlobContainerStore Store => vault.Store;

    private DateTimeOffset Tomorrow => time.GetUtcNow().AddDays(1);

    [Theory]
    [InlineData(ImmutabilityMode.Locked)]
    [InlineData(ImmutabilityMode.Unlocked)]
    public async Task A_blob_is_created_with_its_term(ImmutabilityMode mode)
    {
        var created = await Store.CreateAsync(Path, "x"u8.ToArray(), new ImmutabilityTerm(Tomorrow, mode), default);

        var entry = Assert.Single(await ListAsync());
        Assert.Equal(
            (created.Version, (ImmutabilityTerm?)new ImmutabilityTerm(Tomorrow, mode), true),
            (entry.Version, entry.Term, entry.IsCurrent)
        );
        Assert.Equal(ImmutabilitySupport.Enforced, Store.Immutability);
        await RefusedAsync(ArchiveFailure.Immutable, RemoveAsync);
        time.Advance(TimeSpan.FromDays(1));
        await RemoveAsync();
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_term_is_extended_and_locked_and_never_shortened_or_unlocked()
    {
        var version = (
            await Store.CreateAsync(Path, "x"u8.ToArray(), new ImmutabilityTerm(Tomorrow, ImmutabilityMode.Unlocked), default)
        ).Version;

        await ExpectAsync(new(Tomorrow.AddDays(2), ImmutabilityMode.Unlocked), new(Tomorrow.AddDays(2), ImmutabilityMode.Unlocked));
        await ExpectAsync(new(Tomorrow, ImmutabilityMode.Unlocked), new(Tomorrow.AddDays(2), ImmutabilityMode.Unlocked));
        await ExpectAsync(new(Tomorrow), new(Tomorrow.AddDays(2)));
        await ExpectAsync(new(Tomorrow.AddDays(3), ImmutabilityMode.Unlocked), new(Tomorrow.AddDays(3)));
        await ExpectAsync(new(Tomorrow.AddDays(1), ImmutabilityMode.Unlocked), new(Tomorrow.AddDays(3)));

        async Task ExpectAsync(ImmutabilityTerm asked, ImmutabilityTerm then)
        {
            Assert.True(await Store.ExtendImmutabilityAsync(Path, version, asked, default));
            Assert.Equal(then, Assert.Single(await ListAsync()).Term);
        }
    }

    [Fact]
    public async Task The_version_that_is_named_is_extended_and_no_other()
    {
        var first = (await Store.CreateAsync(Path, "x"u8.ToArray(), null, default)).Version;
        var second = await Store.PromoteAsync(Path, "y"u8.ToArray(), null, default);
        await Store.DeleteAsync(Path, null, default);

        Assert.True(await Store.ExtendImmutabilityAsync(Path, first, new(Tomorrow), default));
        Assert.False(await Store.ExtendImmutabilityAsync(Path, "2020-01-01T00:00:00.0000000Z", new(Tomorrow), default));

        Assert.Equal(
            [(first, true, false), (second, false, false)],
            (await ListAsync()).Select(e => (e.Version, e.Term is not null, e.IsCurrent))
        );
    }

    [Fact]
    public async Task A_legal_hold_keeps_a_version_whatever_its_time_until_it_is_taken_off()
    {
        var version = (await Store.CreateAsync(Path, "x"u8.ToArray(), null, default)).Version;

        Assert.Equal(LegalHoldOutcome.Done, await Store.SetLegalHoldAsync(Path, version, isHeld: true, default));
        Assert.Equal(LegalHoldOutcome.NotFound, await Store.SetLegalHoldAsync("clusters/prod/packs/b", null, isHeld: true, default));
        var held = Assert.Single(await ListAsync());
        Assert.Equal((true, DateTimeOffset.MaxValue), (held.HasLegalHold, held.ImmutableUntil));
        time.Advance(TimeSpan.FromDays(4000));
        await RefusedAsync(ArchiveFailure.Immutable, RemoveAsync);

        await Store.SetLegalHoldAsync(Path, version, isHeld: false, default);
        await RemoveAsync();
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Where_the_container_has_no_immutability_there_are_no_legal_holds_and_nothing_is_asked_for()
    {
        var plain = new WormVault(time, new() { Immutability = false });
        await plain.Store.CreateAsync(Path, "x"u8.ToArray(), new ImmutabilityTerm(Tomorrow), default);

        Assert.Equal(LegalHoldOutcome.NotSupported, await plain.Store.SetLegalHoldAsync(Path, null, isHeld: true, default));
        Assert.True(await plain.Store.ExtendImmutabilityAsync(Path, null, new(Tomorrow), default));
        Assert.Null(Assert.Single(await plain.Store.ListAsync(Path, default).ToListAsync()).ImmutableUntil);
    }

    [Fact]
    public async Task What_others_write_over_or_hide_is_read_as_it_was()
    {
        await Store.CreateAsync(Path, "first"u8.ToArray(), new ImmutabilityTerm(Tomorrow), default);
        vault.Container.Put(Path, "forged"u8.ToArray(), null, isLocked: false, new Dictionary<string, string>());

        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync(Path, null, default));
        vault.Container.Delete(Path, null);
        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync(Path, null, default));
    }

    [Fact]
    public async Task The_current_version_is_not_deleted_by_its_id()
    {
        var version = (await Store.CreateAsync(Path, "x"u8.ToArray(), null, default)).Version;

        await RefusedAsync(ArchiveFailure.Forbidden, () => Store.DeleteAsync(Path, version, default));
    }

    [Fact]
    public async Task A_version_gets_the_containers_default_term_where_none_is_asked_for()
    {
        var kept = new WormVault(time, new() { DefaultTerm = TimeSpan.FromDays(30) });
        await kept.Store.CreateAsync(Path, "x"u8.ToArray(), null, default);

        var entry = Assert.Single(await kept.Store.ListAsync(Path, default).ToListAsync());
        Assert.Equal(new ImmutabilityTerm(SamplePoint.Time.AddDays(30), ImmutabilityMode.Unlocked), entry.Term);
    }

    [Fact]
    public void An_unlocked_policy_can_be_shortened_and_removed_and_a_locked_one_can_not()
    {
        var made = vault.Container.Put(Path, [], Tomorrow, isLocked: false, new Dictionary<string, string>());
        vault.Container.SetPolicy(Path, made.Id, Tomorrow.AddHours(-1), isLocked: false);
        vault.Container.RemovePolicy(Path, made.Id);
        vault.Container.SetPolicy(Path, made.Id, Tomorrow, isLocked: true);

        Assert.Equal(
            ["BlobImmutableDueToPolicy", "BlobImmutableDueToPolicy", "ImmutabilityPolicyDeleteOnLockedPolicy"],
            new Action[]
            {
                () => vault.Container.SetPolicy(Path, made.Id, Tomorrow.AddHours(-1), isLocked: true),
                () => vault.Container.SetPolicy(Path, made.Id, Tomorrow.AddDays(1), isLocked: false),
                () => vault.Container.RemovePolicy(Path, made.Id),
            }.Select(a => Assert.Throws<WormException>(a).Code)
        );
    }

    [Fact]
    public async Task A_soft_deleted_version_is_brought_back_until_its_time_is_over()
    {
        var soft = new WormVault(time, new() { SoftDelete = TimeSpan.FromDays(7) });
        var version = (await soft.Store.CreateAsync(Path, "x"u8.ToArray(), null, default)).Version;
        await BlobRemoval.RemoveAsync(soft.Store, Path, await soft.Store.ListAsync(Path, default).ToListAsync(), default);
        Assert.Null(await soft.Store.ReadAsync(Path, version, default));

        soft.Container.Undelete(Path);
        Assert.NotNull(await soft.Store.ReadAsync(Path, version, default));
        await soft.Store.DeleteAsync(Path, version, default);
        time.Advance(TimeSpan.FromDays(8));
        Assert.Empty(soft.Container.Blobs);
    }

    private ValueTask<List<BlobEntry>> ListAsync() => Store.ListAsync(Path, default).ToListAsync();

    private async Task RemoveAsync() => await BlobRemoval.RemoveAsync(Store, Path, await ListAsync(), default);

    private static async Task RefusedAsync(ArchiveFailure failure, Func<Task> call) =>
        Assert.Equal(failure, (await Assert.ThrowsAsync<ArchiveException>(call)).Failure);
}
