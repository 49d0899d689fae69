using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;

namespace Holdfast.AzureCloud.Tests.Blobs;

/// <summary>What a container says of its protection, and what it doesn't.</summary>
public sealed class VaultTraitsTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task A_container_with_immutability_has_versions_and_says_how_long_deleted_blobs_stay()
    {
        var found = await ReadAsync(new() { SoftDelete = TimeSpan.FromDays(7) });

        Assert.Equal(
            [
                (StoreTrait.Versioning, TraitState.Present),
                (StoreTrait.Immutability, TraitState.Present),
                (StoreTrait.SoftDelete, TraitState.Present),
                (StoreTrait.ContainerSoftDelete, TraitState.Unknown),
                (StoreTrait.PrivateAccess, TraitState.Present),
                (StoreTrait.NoSharedKeys, TraitState.Unknown),
            ],
            found
        );
    }

    [Fact]
    public async Task What_is_missing_is_named_and_what_may_not_be_read_is_unknown()
    {
        var open = await ReadAsync(
            new()
            {
                Versioning = false,
                Immutability = false,
                PublicAccess = "container",
            }
        );
        var closed = await ReadAsync(new() { Immutability = false, ShowsServiceProperties = false });

        Assert.Equal(
            [TraitState.Missing, TraitState.Missing, TraitState.Missing, TraitState.Unknown, TraitState.Missing, TraitState.Unknown],
            open.Select(f => f.State)
        );
        Assert.Equal(
            [TraitState.Unknown, TraitState.Missing, TraitState.Unknown, TraitState.Unknown, TraitState.Present, TraitState.Unknown],
            closed.Select(f => f.State)
        );
    }

    [Theory]
    [InlineData("?sv=2023-01-03&sp=rw&sig=c2VjcmV0", TraitState.Missing)]
    [InlineData("?sv=2023-01-03&sp=rw&skoid=0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11&sig=c2VjcmV0", TraitState.Unknown)]
    public async Task A_signature_by_the_accounts_key_shows_that_it_opens_it(string query, TraitState state)
    {
        var traits = await new WormVault(TimeProvider.System).Open(query).TraitsAsync(default);

        Assert.Equal(state, traits.Single(t => t.Trait == StoreTrait.NoSharedKeys).State);
    }

    [Fact]
    public async Task The_emulator_gives_clear_answers()
    {
        var store = BlobVaults.Open(fixture.Azurite.NewContainer(), VaultUse.Write, fixture.Azurite.ConnectionString);
        await store.CreateAsync("a", "x"u8.ToArray(), null, default);

        var traits = await store.TraitsAsync(default);

        Assert.Equal(Enum.GetValues<StoreTrait>(), traits.Select(t => t.Trait));
        Assert.Equal(TraitState.Missing, traits.Single(t => t.Trait == StoreTrait.Immutability).State);
        Assert.Equal(TraitState.Missing, traits.Single(t => t.Trait == StoreTrait.NoSharedKeys).State);
        Assert.DoesNotContain(traits, t => t is { Trait: StoreTrait.Versioning, State: TraitState.Present });
    }

    private static async Task<IEnumerable<(StoreTrait Trait, TraitState State)>> ReadAsync(WormOptions options) =>
        (await new WormVault(TimeProvider.System, options).Store.TraitsAsync(default)).Select(t => (t.Trait, t.State));
}
