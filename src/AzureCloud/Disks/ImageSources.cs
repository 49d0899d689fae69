using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Finds the images of disks in the vault that a restore reads, which may be a copy of the one that they were written to, and the storage
/// account that it is in. Thread-safe.
/// </summary>
/// <remarks>
/// Accounts: Microsoft.Storage/storageAccounts, api-version 2023-05-01, StorageAccounts_List. That a disk is imported only in the region of
/// the account is what Azure's samples say of it (azure-managed-disks-powershell-getting-started, "Create a managed disk from a VHD").
/// </remarks>
/// <param name="container">Of the vault; null: it is a folder.</param>
internal sealed class ImageSources(ResourceClient client, BlobContainerClient? container)
{
    private const string AccountType = "Microsoft.Storage/storageAccounts";
    private const string AccountVersion = "2023-05-01";

    private readonly ConcurrentDictionary<string, Account> accounts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The id of an account, and its region.</summary>
    public sealed record Account(string Id, string Region);

    /// <param name="subscriptions">Where the account may be.</param>
    /// <returns>The image's URL and account; or why it can't be used in the region.</returns>
    /// <exception cref="CloudException">Azure can't be asked.</exception>
    public async Task<(string? Url, Account? Account, string? Problem)> FindAsync(
        VolumeExport export,
        string region,
        IEnumerable<string> subscriptions,
        CancellationToken cancellation
    )
    {
        if (container is null)
            return Unusable("its image is in blob storage, and the vault is a folder");
        if (PointImages.PathOf(export.Location) is not { } path)
            return Unusable($"{export.Location} isn't an image of a vault");
        var image = container.GetPageBlobClient(path);
        if (await TroubleAsync(image, export.Bytes, cancellation) is { } trouble)
            return Unusable($"its image {path} {trouble}");
        var searched = subscriptions.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (await AccountAsync(container.AccountName, searched, cancellation) is not { } account)
            return Unusable(
                $"the storage account {container.AccountName}, which its image is in, isn't in the subscription "
                    + $"{string.Join(" or ", searched)}, or the identity can't read it (Microsoft.Storage/storageAccounts/read)"
            );
        return account.Region == region
            ? (image.Uri.GetLeftPart(UriPartial.Path), account, null)
            : Unusable(
                $"its image is in the storage account {account.Id} in {account.Region}, and Azure imports an image only in that region: "
                    + $"copy the vault to an account in {region} and restore from there"
            );
    }

    private static (string?, Account?, string?) Unusable(string problem) => (null, null, problem);

    /// <returns>Null: it is whole.</returns>
    private static async Task<string?> TroubleAsync(PageBlobClient image, long bytes, CancellationToken cancellation)
    {
        try
        {
            return await DiskImages.PropertiesAsync(image, cancellation) switch
            {
                null => "isn't in the vault",
                { BlobType: not BlobType.Page } => "isn't a page blob, and can't be imported",
                { BlobCopyStatus: CopyStatus.Pending } => "is still being copied",
                { ContentLength: var length } when length != bytes => $"has {length} bytes instead of {bytes}",
                _ => null,
            };
        }
        catch (RequestFailedException e)
        {
            // its own message may quote a signature
            return $"can't be looked up: storage refuses or fails ({$"{e.Status} {e.ErrorCode}".TrimEnd()})";
        }
    }

    private async Task<Account?> AccountAsync(string name, List<string> subscriptions, CancellationToken cancellation)
    {
        if (accounts.TryGetValue(name, out var known))
            return known;
        foreach (var subscription in subscriptions)
        foreach (
            var found in await client.ListAsync($"/subscriptions/{subscription}/providers/{AccountType}", AccountVersion, cancellation)
        )
            if (string.Equals(found.Text("name"), name, StringComparison.OrdinalIgnoreCase) && found.Text("id") is { } id)
                return accounts[name] = new(id, new SnapshotState(found).Region);
        return null;
    }
}
