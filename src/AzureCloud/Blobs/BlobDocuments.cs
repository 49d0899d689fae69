using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// A control container in Azure Blob Storage. A create asks that nothing be there, a replace that the ETag still be the one; the service
/// decides, so of many writers one wins, wherever they run. The container is made on the first write.
/// </summary>
/// <remarks>
/// A create or replace whose answer was lost is sent again by the client's pipeline, and is refused for what it wrote itself. Each write
/// therefore leaves an id in the blob's metadata, by which it knows its own.
/// </remarks>
public sealed class BlobDocuments : IDocumentStore
{
    private const string WriteId = "holdfastwrite";

    private readonly BlobContainerClient container;
    private readonly Random random;
    private readonly BlobFaults faults;

    /// <param name="container">Its URI may hold a SAS token; no message does.</param>
    /// <param name="random">Of the ids of writes; null: the shared one.</param>
    public BlobDocuments(BlobContainerClient container, Random? random = null)
    {
        this.container = container;
        this.random = random ?? Random.Shared;
        Location = container.Uri.GetLeftPart(UriPartial.Path);
        faults = new(
            Location,
            VaultUse.Write,
            "check the setting that names the control container; it is made on the first write when the identity may",
            "",
            Fault
        );
    }

    /// <summary>The container's URL, without credentials.</summary>
    public string Location { get; }

    public UnusableDocuments Unusable { get; } = new();

    /// <summary>Opens without a request, by the rules of <see cref="BlobVaults.Open"/>.</summary>
    /// <exception cref="FormatException">
    /// The URL names no container, or can't be used safely; the message holds nothing of a token.
    /// </exception>
    public static BlobDocuments Open(Uri url, string? connectionString) => new(BlobVaults.ClientOf(url, connectionString));

    public Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation) =>
        AskAsync(
            path,
            async () =>
            {
                try
                {
                    using var answer = (await Blob(path).DownloadStreamingAsync(cancellationToken: cancellation)).Value;
                    var content = await BoundedContent.ReadAsync(
                        answer.Content,
                        answer.Details.ContentLength,
                        DocumentLimit.Bytes,
                        cancellation
                    );
                    return new StoredDocument(content ?? throw DocumentLimit.TooLong(path, Location), answer.Details.ETag.ToString());
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
                {
                    return null;
                }
            },
            null,
            cancellation
        );

    public Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        WriteAsync(path, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellation);

    public Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation) =>
        WriteAsync(path, content, new BlobRequestConditions { IfMatch = new ETag(etag) }, cancellation);

    public Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        WriteAsync(path, content, null, cancellation);

    public Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation) =>
        AskAsync(
            path,
            async () =>
            {
                try
                {
                    await Blob(path)
                        .DeleteIfExistsAsync(
                            DeleteSnapshotsOption.IncludeSnapshots,
                            etag is null ? null : new BlobRequestConditions { IfMatch = new ETag(etag) },
                            cancellation
                        );
                    return true;
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
                {
                    return !await Blob(path).ExistsAsync(cancellation);
                }
            },
            true,
            cancellation
        );

    public async IAsyncEnumerable<string> ListAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var blobs = container
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPath.RequirePrefix(prefix), cancellation)
            .GetAsyncEnumerator(cancellation);
        await using (blobs.ConfigureAwait(false))
        {
            while (await AskAsync(prefix, () => blobs.MoveNextAsync().AsTask(), false, cancellation))
            {
                if (after is null || string.CompareOrdinal(blobs.Current.Name, after) > 0)
                    yield return blobs.Current.Name;
            }
        }
    }

    private Task<string?> WriteAsync(
        string path,
        ReadOnlyMemory<byte> content,
        BlobRequestConditions? conditions,
        CancellationToken cancellation
    ) =>
        faults.TranslateAsync(
            path,
            async () =>
            {
                try
                {
                    return await PutOnceAsync(path, content, conditions, cancellation);
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                {
                    if (conditions?.IfMatch is not null)
                        return null;
                    await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellation);
                    return await PutOnceAsync(path, content, conditions, cancellation);
                }
            },
            cancellation
        );

    private async Task<string?> PutOnceAsync(
        string path,
        ReadOnlyMemory<byte> content,
        BlobRequestConditions? conditions,
        CancellationToken cancellation
    )
    {
        var write = random.GetHexString(32, lowercase: true);
        var options = new BlobUploadOptions
        {
            Conditions = conditions,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [WriteId] = write },
        };
        try
        {
            var answer = await container
                .GetBlobClient(BlobPath.Require(path))
                .UploadAsync(BinaryData.FromBytes(content), options, cancellation);
            return answer.Value.ETag.ToString();
        }
        catch (RequestFailedException e)
            when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists
                || e.ErrorCode == BlobErrorCode.ConditionNotMet
                || e.ErrorCode == BlobErrorCode.BlobNotFound
            )
        {
            return await ETagOfAsync(path, write, cancellation);
        }
    }

    /// <summary>Of the blob that this very write made; null: another's write is there, or none.</summary>
    private async Task<string?> ETagOfAsync(string path, string write, CancellationToken cancellation)
    {
        try
        {
            var properties = await Blob(path).GetPropertiesAsync(cancellationToken: cancellation);
            return properties.Value.Metadata.TryGetValue(WriteId, out var found) && found == write
                ? properties.Value.ETag.ToString()
                : null;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>A container that will be made on the first write is empty.</summary>
    private Task<T> AskAsync<T>(string path, Func<Task<T>> action, T whenEmpty, CancellationToken cancellation) =>
        faults.TranslateAsync(
            path,
            async () =>
            {
                try
                {
                    return await action();
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                {
                    return whenEmpty;
                }
            },
            cancellation
        );

    private static ControlException Fault(ArchiveFailure failure, string path, string message, Exception inner) =>
        new(
            failure switch
            {
                ArchiveFailure.NotFound => ControlFailure.NotFound,
                ArchiveFailure.Forbidden or ArchiveFailure.Immutable => ControlFailure.Forbidden,
                ArchiveFailure.Full => ControlFailure.Full,
                _ => ControlFailure.Unreachable,
            },
            path,
            message,
            inner
        );

    private BlobBaseClient Blob(string path) => container.GetBlobBaseClient(BlobPath.Require(path));
}
