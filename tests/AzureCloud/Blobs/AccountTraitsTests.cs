using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Resources;
using Holdfast.AzureCloud.Tests.Disks;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Stores;

namespace Holdfast.AzureCloud.Tests.Blobs;

/// <summary>What Resource Manager says of a storage account.</summary>
public sealed class AccountTraitsTests : IAsyncLifetime
{
    private ArmServer server = null!;
    private AzureResourceId account = null!;

    public async Task InitializeAsync()
    {
        server = await ArmServer.StartAsync(null, new StorageAccounts(), new BlobServices());
        var group = server.AddGroup(DiskCloud.Subscription, "vaults", "westeurope");
        account = AzureResourceId.Parse($"{group}/providers/Microsoft.Storage/storageAccounts/acme");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task It_says_what_the_blob_service_does_not()
    {
        Put(
            """{"allowSharedKeyAccess":false,"allowBlobPublicAccess":false}""",
            """
            {"isVersioningEnabled":true,"deleteRetentionPolicy":{"enabled":true,"days":14},
             "containerDeleteRetentionPolicy":{"enabled":true,"days":7}}
            """
        );

        var traits = await RefineAsync(new());

        Assert.Equal(Enum.GetValues<StoreTrait>(), traits.Select(t => t.Trait));
        Assert.All(traits, t => Assert.Equal(TraitState.Present, t.State));
    }

    [Fact]
    public async Task What_an_account_does_not_say_is_as_it_is_by_default()
    {
        Put("{}", "{}");

        var traits = (await RefineAsync(new() { Immutability = false })).ToDictionary(t => t.Trait, t => t.State);

        foreach (
            var trait in new[] { StoreTrait.Versioning, StoreTrait.SoftDelete, StoreTrait.ContainerSoftDelete, StoreTrait.NoSharedKeys }
        )
            Assert.Equal(TraitState.Missing, traits[trait]);
    }

    [Fact]
    public async Task An_account_that_is_not_there_is_said_to_be_missing()
    {
        var failure = await Assert.ThrowsAsync<CloudException>(() => RefineAsync(new()));

        Assert.Equal(CloudFailure.NotFound, failure.Failure);
    }

    private void Put(string properties, string service)
    {
        foreach (
            var (id, type, json) in new[]
            {
                (account.ToString(), "Microsoft.Storage/storageAccounts", properties),
                ($"{account}/blobServices/default", "Microsoft.Storage/storageAccounts/blobServices", service),
            }
        )
            server.Resources.Put(
                ArmId.Parse(id),
                new JsonObject
                {
                    ["id"] = id,
                    ["type"] = type,
                    ["location"] = "westeurope",
                    ["properties"] = JsonNode.Parse(json),
                }
            );
    }

    private async Task<IReadOnlyList<TraitFinding>> RefineAsync(TestKit.Worm.WormOptions options)
    {
        var client = new ResourceClient(
            TimeProvider.System,
            server.Url,
            new DiskCloud.AnyIdentity(),
            new HttpClientTransport(server.Handler())
        );
        var known = await new WormVault(TimeProvider.System, options).Store.TraitsAsync(default);
        return await new AccountTraits(client).RefineAsync(known, account, default);
    }
}
