using System.Collections.Immutable;
using System.Globalization;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Stores;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// What protects a container, as far as the blob service itself says: its own properties, the service's, and what its blobs have. Whether
/// shared keys are allowed and containers are kept after deletion only Resource Manager says (<c>Resources/AccountTraits</c>).
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/get-container-properties and get-blob-service-properties, which needs
/// Microsoft.Storage/storageAccounts/blobServices/read or the account's key.
/// </remarks>
internal sealed class ContainerTraits(BlobContainerClient container)
{
    private const string Ask = "give --account to ask Resource Manager";

    public async Task<ImmutableArray<TraitFinding>> ReadAsync(CancellationToken cancellation)
    {
        var properties = (await container.GetPropertiesAsync(cancellationToken: cancellation)).Value;
        return
        [
            await VersioningAsync(properties, cancellation),
            Immutability(properties),
            await SoftDeleteAsync(cancellation),
            new(StoreTrait.ContainerSoftDelete, TraitState.Unknown, $"the blob service doesn't say: {Ask}"),
            Access(properties),
            SharedKeys(),
        ];
    }

    private static TraitFinding Immutability(BlobContainerProperties properties) =>
        properties.HasImmutableStorageWithVersioning
            ? new(StoreTrait.Immutability, TraitState.Present, "the container supports immutability of versions")
            : new(
                StoreTrait.Immutability,
                TraitState.Missing,
                properties.HasImmutabilityPolicy == true || properties.HasLegalHold == true
                    ? "the container has a policy of its own, not support for immutability of versions, which Holdfast uses: migrate it"
                    : "turn on version-level immutability for the container (az storage container-rm migrate-vlw)"
            );

    private async Task<TraitFinding> VersioningAsync(BlobContainerProperties properties, CancellationToken cancellation)
    {
        if (properties.HasImmutableStorageWithVersioning)
            return new(StoreTrait.Versioning, TraitState.Present, "immutability of versions needs it");
        try
        {
            var blobs = container.GetBlobsAsync(BlobTraits.None, BlobStates.Version, null, cancellation);
            await foreach (var page in blobs.AsPages(pageSizeHint: 1).WithCancellation(cancellation))
            {
                if (page.Values.Any(b => b.VersionId is not null))
                    return new(StoreTrait.Versioning, TraitState.Unknown, $"it was on once, since a blob has a version: {Ask}");
                break;
            }
            return new(StoreTrait.Versioning, TraitState.Unknown, $"no blob shows it: {Ask}");
        }
        catch (RequestFailedException e) when (e.Status is 400 or 501)
        {
            return new(StoreTrait.Versioning, TraitState.Missing, $"the account has no versions ({e.Status} {e.ErrorCode})");
        }
    }

    private async Task<TraitFinding> SoftDeleteAsync(CancellationToken cancellation)
    {
        try
        {
            var service = (await container.GetParentBlobServiceClient().GetPropertiesAsync(cancellation)).Value;
            return OfSoftDelete(
                StoreTrait.SoftDelete,
                service.DeleteRetentionPolicy?.Enabled == true,
                service.DeleteRetentionPolicy?.Days,
                "turn on soft delete for blobs"
            );
        }
        catch (RequestFailedException e) when (e.Status is >= 400 and < 500 or 501)
        {
            return new(StoreTrait.SoftDelete, TraitState.Unknown, $"these credentials can't read it ({e.Status} {e.ErrorCode}): {Ask}");
        }
        catch (AuthenticationFailedException)
        {
            return new(StoreTrait.SoftDelete, TraitState.Unknown, $"these credentials can't read it: {Ask}");
        }
    }

    internal static TraitFinding OfSoftDelete(StoreTrait trait, bool isOn, int? days, string advice) =>
        isOn
            ? new(trait, TraitState.Present, $"for {days?.ToString(CultureInfo.InvariantCulture) ?? "some"} days")
            : new(trait, TraitState.Missing, advice);

    private static TraitFinding Access(BlobContainerProperties properties) =>
        properties.PublicAccess is null or PublicAccessType.None
            ? new(StoreTrait.PrivateAccess, TraitState.Present, "the container allows no anonymous reading")
            : new(StoreTrait.PrivateAccess, TraitState.Missing, "anyone can read the container: set its access level to private");

    /// <summary>A signature without the id of a signed-in user's key (<c>skoid</c>) is made with the account's key.</summary>
    private TraitFinding SharedKeys()
    {
        var signature = new BlobUriBuilder(container.Uri).Sas;
        var isByKey =
            container.CanGenerateSasUri || (signature is not null && !container.Uri.Query.Contains("skoid=", StringComparison.Ordinal));
        return isByKey
            ? new(StoreTrait.NoSharedKeys, TraitState.Missing, "the account's key has just opened it: disallow shared keys")
            : new(StoreTrait.NoSharedKeys, TraitState.Unknown, $"the blob service doesn't say: {Ask}");
    }
}
