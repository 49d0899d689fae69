using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Volumes.Files;

namespace Holdfast.AzureCloud.Files;

/// <summary>
/// The repositories of clusters' files in the account of a vault: a container for each cluster, since a shared access signature can be
/// confined to a container, and to a folder of it only in accounts with a hierarchical namespace, which can't be vaults (they have no
/// versions).
/// </summary>
/// <remarks>https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas</remarks>
public sealed class BlobFileRepositories : IFileRepositories
{
    /// <summary>The blob that restic writes when it begins a repository.</summary>
    private const string Config = "config";
    private const int LongestCluster = 40;

    /// <summary>Where restic has a blob for each of its snapshots, named by its id.</summary>
    private const string Snapshots = "snapshots/";

    /// <summary>Clocks of Azure and of this machine may differ so much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    private readonly BlobContainerClient vault;
    private readonly string? connectionString;
    private readonly TimeProvider time;

    /// <param name="vault">As <see cref="BlobVaults.Open"/>.</param>
    /// <param name="connectionString">The same.</param>
    /// <exception cref="FormatException">The URL can't be used; the message holds nothing of a token.</exception>
    public BlobFileRepositories(Uri vault, string? connectionString, TimeProvider time)
    {
        this.vault = BlobVaults.ClientOf(vault, connectionString);
        (this.connectionString, this.time) = (connectionString, time);
    }

    public Uri LocationOf(ClusterName cluster)
    {
        var service = new BlobUriBuilder(vault.Uri) { BlobContainerName = NameOf(cluster), Sas = null };
        return service.ToUri();
    }

    public Task<bool> IsBegunAsync(Uri repository, CancellationToken cancellation) =>
        AskAsync(
            repository,
            async () =>
            {
                try
                {
                    return (await ClientOf(repository).GetBlobClient(Config).ExistsAsync(cancellation)).Value;
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                {
                    return false;
                }
            }
        );

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> SnapshotsAsync(Uri repository, CancellationToken cancellation) =>
        AskAsync<IReadOnlyDictionary<string, DateTimeOffset>>(
            repository,
            async () =>
            {
                var found = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
                try
                {
                    await foreach (
                        var blob in ClientOf(repository).GetBlobsAsync(BlobTraits.None, BlobStates.None, Snapshots, cancellation)
                    )
                        found[blob.Name[Snapshots.Length..]] = blob.Properties.LastModified!.Value;
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                {
                    // none was ever begun
                }
                return found;
            }
        );

    public Task<string?> GrantAsync(Uri repository, RepositoryUse use, TimeSpan lifetime, CancellationToken cancellation) =>
        AskAsync(
            repository,
            async () =>
            {
                var container = ClientOf(repository);
                if (use == RepositoryUse.Write)
                    await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellation);
                return (string?)await SignAsync(container, use, lifetime, cancellation);
            }
        );

    private async Task<string> SignAsync(
        BlobContainerClient container,
        RepositoryUse use,
        TimeSpan lifetime,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var builder = new BlobSasBuilder(Permissions(use), now + lifetime)
        {
            BlobContainerName = container.Name,
            Resource = "c",
            StartsOn = now - Skew,
            Protocol = container.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        if (container.CanGenerateSasUri)
            return container.GenerateSasUri(builder).Query.TrimStart('?');
        var key = await container
            .GetParentBlobServiceClient()
            .GetUserDelegationKeyAsync(
                new BlobGetUserDelegationKeyOptions(builder.ExpiresOn) { StartsOn = builder.StartsOn },
                cancellation
            );
        return builder.ToSasQueryParameters(key.Value, container.AccountName).ToString();
    }

    private const BlobContainerSasPermissions Reading = BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List;

    private static BlobContainerSasPermissions Permissions(RepositoryUse use) =>
        use == RepositoryUse.Write
            ? Reading | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Write | BlobContainerSasPermissions.Delete
            : Reading;

    private BlobContainerClient ClientOf(Uri repository)
    {
        if (new BlobUriBuilder(vault.Uri).Sas is not null)
            throw new FileExportException(
                $"the vault {Plain(vault.Uri)} is opened with a shared access signature, which makes none for a mover: name it without, "
                    + "and sign in with Entra ID or an account key"
            );
        return BlobVaults.ClientOf(repository, connectionString);
    }

    private static async Task<T> AskAsync<T>(Uri repository, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RequestFailedException e)
        {
            throw new FileExportException(
                $"the repository {Plain(repository)} can't be used ({e.Status} {e.ErrorCode}): the app's identity needs the role 'Storage "
                    + "Blob Data Contributor' on the storage account, which includes user delegation keys, and its firewall must let it in",
                e
            );
        }
        catch (AuthenticationFailedException e)
        {
            throw new FileExportException(
                $"no Entra ID sign-in for {Plain(repository)} works here: give the app a managed identity, or sign in with 'az login'",
                e
            );
        }
    }

    /// <summary>A cluster's name may be longer than what is left of a container's, and have two dashes in a row.</summary>
    private string NameOf(ClusterName cluster)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{vault.Name}\n{cluster}")))[..12];
        var name = cluster.ToString();
        var readable = (name.Length > LongestCluster ? name[..LongestCluster] : name).TrimEnd('-');
        while (readable.Contains("--", StringComparison.Ordinal))
            readable = readable.Replace("--", "-", StringComparison.Ordinal);
        return $"files-{readable}-{digest}";
    }

    private static string Plain(Uri url) => url.GetLeftPart(UriPartial.Path);
}
