using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Resources;

/// <summary>
/// What protects a storage account, as Resource Manager says: more, and more surely, than the blob service does. Needs
/// Microsoft.Storage/storageAccounts/read and .../blobServices/read (the role Reader has both).
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties and blob-services/get-service-properties, api-version
/// 2023-05-01. An account without <c>allowSharedKeyAccess</c> allows it; one without <c>allowBlobPublicAccess</c> is from before its
/// default was changed, and may.
/// </remarks>
public sealed class AccountTraits(ResourceClient client)
{
    private const string Version = "2023-05-01";

    /// <summary>What the account says, in place of what the blob service could say.</summary>
    /// <param name="account">Of type Microsoft.Storage/storageAccounts.</param>
    /// <exception cref="CloudException">It can't be asked; NotFound: there is no such account.</exception>
    public async Task<ImmutableArray<TraitFinding>> RefineAsync(
        ImmutableArray<TraitFinding> known,
        AzureResourceId account,
        CancellationToken cancellation
    )
    {
        var found = await client.FindAsync(account.ToString(), Version, cancellation) ?? throw Missing(account);
        var blobs = await client.FindAsync($"{account}/blobServices/default", Version, cancellation) ?? throw Missing(account);
        var (properties, service) = (found.Object("properties"), blobs.Object("properties"));
        ImmutableArray<TraitFinding> read =
        [
            Flag(StoreTrait.Versioning, service, "isVersioningEnabled", "the account keeps versions", "turn on versioning"),
            SoftDelete(StoreTrait.SoftDelete, service.Object("deleteRetentionPolicy"), "blobs"),
            SoftDelete(StoreTrait.ContainerSoftDelete, service.Object("containerDeleteRetentionPolicy"), "containers"),
            Is(properties, "allowSharedKeyAccess") == false
                ? new(StoreTrait.NoSharedKeys, TraitState.Present, "the account disallows shared keys")
                : new(
                    StoreTrait.NoSharedKeys,
                    TraitState.Missing,
                    "disallow shared keys (az storage account update --allow-shared-key-access false)"
                ),
        ];
        return [.. known.Select(k => read.FirstOrDefault(r => r.Trait == k.Trait) ?? Public(k, properties))];
    }

    /// <summary>A private container stays so only while the account allows no other.</summary>
    private static TraitFinding Public(TraitFinding known, JsonObject? account) =>
        known is not { Trait: StoreTrait.PrivateAccess, State: TraitState.Present } ? known
        : Is(account, "allowBlobPublicAccess") == false ? known with { Detail = "the account allows no anonymous reading" }
        : known with { Detail = $"{known.Detail}; the account would allow it" };

    private static TraitFinding Flag(StoreTrait trait, JsonObject? of, string member, string present, string advice) =>
        Is(of, member) == true ? new(trait, TraitState.Present, present) : new(trait, TraitState.Missing, advice);

    private static TraitFinding SoftDelete(StoreTrait trait, JsonObject? policy, string of) =>
        ContainerTraits.OfSoftDelete(trait, Is(policy, "enabled") == true, Days(policy), $"turn on soft delete for {of}");

    private static bool? Is(JsonObject? of, string member) =>
        of?[member] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    private static int? Days(JsonObject? policy) =>
        policy?["days"] is JsonValue value && value.TryGetValue<int>(out var days) ? days : null;

    private static CloudException Missing(AzureResourceId account) =>
        new(CloudFailure.NotFound, $"there is no storage account {account}: give what 'az storage account show --query id' prints");
}
