using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// A vault in a blob container. A create is one conditional Put Blob with a checksum; with versioning, the oldest version of a name is the
/// one that is read; with version-level immutability on the container, what is asked to be kept is locked until then. Everything is asked
/// over the given client's pipeline, which retries.
/// </summary>
/// <param name="container">Its URI may hold a SAS token; no message does.</param>
/// <param name="use">What is asked of a container that doesn't exist.</param>
public sealed class BlobContainerStore(BlobContainerClient container, VaultUse use) : IBlobStore
{
    /// <summary>No more than the largest pack: every blob goes up in one request.</summary>
    private static readonly StorageTransferOptions OneRequest = new()
    {
        InitialTransferSize = FormatLimits.InventoryGzipBytes,
        MaximumTransferSize = FormatLimits.InventoryGzipBytes,
        MaximumConcurrency = 1,
    };

    private readonly BlobFaults faults = new(
        LocationOf(container),
        use,
        "check --vault for a typing error; 'holdfast capture' makes the container on its first write",
        ", or use another --vault"
    );
    private readonly BlobVersions versions = new(container);
    private readonly BlobImmutability immutability = new(container);

    public string Location { get; } = LocationOf(container);

    public ImmutabilitySupport Immutability => immutability.Support;

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) =>
        faults.TranslateAsync(
            path,
            async () =>
            {
                try
                {
                    return await PutAsync(path, content, term, cancellation);
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound && use == VaultUse.Write)
                {
                    await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellation);
                    return await PutAsync(path, content, term, cancellation);
                }
            },
            cancellation
        );

    public Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation) =>
        AskAsync(path, () => ReadOldestAsync(path, version, default, cancellation), null, cancellation);

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation) =>
        length == 0
            ? Task.FromResult<byte[]?>([])
            : AskAsync(
                path,
                async () =>
                    await ReadOldestAsync(path, version, new HttpRange(offset, length), cancellation) is { } range && range.Length == length
                        ? range
                        : null,
                null,
                cancellation
            );

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var entries = versions.ListAsync(BlobPath.RequirePrefix(prefix), cancellation).GetAsyncEnumerator(cancellation);
        await using (entries.ConfigureAwait(false))
        {
            while (await AskAsync(prefix, () => entries.MoveNextAsync().AsTask(), false, cancellation))
                yield return entries.Current;
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pages = container
            .GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", BlobPath.RequirePrefix(prefix), cancellation)
            .GetAsyncEnumerator(cancellation);
        await using (pages.ConfigureAwait(false))
        {
            while (await AskAsync(prefix, () => pages.MoveNextAsync().AsTask(), false, cancellation))
            {
                if (pages.Current.IsPrefix)
                    yield return pages.Current.Prefix;
            }
        }
    }

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) =>
        AskAsync(
            path,
            async () => (await Blob(path, version).DeleteIfExistsAsync(DeleteSnapshotsOption.None, cancellationToken: cancellation)).Value,
            false,
            cancellation
        );

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation) =>
        AskAsync(path, () => immutability.ExtendAsync(Blob(path, version), term, cancellation), false, cancellation);

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation) =>
        AskAsync(path, () => immutability.HoldAsync(Blob(path, version), isHeld, cancellation), LegalHoldOutcome.NotFound, cancellation);

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation) =>
        faults.TranslateAsync(
            path,
            async () =>
            {
                if (await versions.OldestAsync(path, cancellation) is null)
                    throw new NotSupportedException($"{Location} has no versions of {path}: what was written over is gone");
                var made = await UploadAsync(path, content, null, await immutability.PolicyAsync(term, cancellation), cancellation);
                return made ?? throw new NotSupportedException($"{Location} makes no versions any more: versioning was turned off");
            },
            cancellation
        );

    /// <exception cref="ArchiveException">NotFound: there is no such container.</exception>
    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) =>
        faults.TranslateAsync("", () => new ContainerTraits(container).ReadAsync(cancellation), cancellation);

    /// <summary>As the answer to a request has it, in whole seconds.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) =>
        faults.TranslateAsync(
            "",
            async () =>
            {
                return (await AnswerAsync(cancellation))?.Headers.Date
                    ?? throw new ArchiveException(ArchiveFailure.Unreachable, $"{Location} doesn't say what time it is");
            },
            cancellation
        );

    /// <summary>Any answer of the service; one that there is no such container will do.</summary>
    private async Task<Response?> AnswerAsync(CancellationToken cancellation)
    {
        try
        {
            return (await container.GetPropertiesAsync(cancellationToken: cancellation)).GetRawResponse();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return e.GetRawResponse();
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
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound && use == VaultUse.Write)
                {
                    return whenEmpty;
                }
            },
            cancellation
        );

    private async Task<CreateOutcome> PutAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    )
    {
        var policy = await immutability.PolicyAsync(term, cancellation);
        try
        {
            return new(true, await UploadAsync(path, content, new() { IfNoneMatch = ETag.All }, policy, cancellation));
        }
        catch (RequestFailedException e)
            when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            return new CreateOutcome(false, await versions.OldestAsync(path, cancellation));
        }
    }

    /// <returns>The version that was made; null where there are no versions.</returns>
    private async Task<string?> UploadAsync(
        string path,
        ReadOnlyMemory<byte> content,
        BlobRequestConditions? conditions,
        BlobImmutabilityPolicy? policy,
        CancellationToken cancellation
    )
    {
        var options = new BlobUploadOptions
        {
            Conditions = conditions,
            ImmutabilityPolicy = policy,
            TransferOptions = OneRequest,
            TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
        };
        using var stream = StreamOf(content);
        return (await container.GetBlockBlobClient(BlobPath.Require(path)).UploadAsync(stream, options, cancellation)).Value.VersionId;
    }

    /// <summary>
    /// The current version's answer says whether there can be an older one; only then, or when nothing is current, are the versions listed.
    /// </summary>
    private async Task<byte[]?> ReadOldestAsync(string path, string? version, HttpRange range, CancellationToken cancellation)
    {
        var (content, read) = await DownloadAsync(path, version, range, cancellation);
        if (version is not null || (content is not null && read is null))
            return content;
        var oldest = await versions.OldestAsync(path, cancellation);
        return oldest is null || oldest == read ? content : (await DownloadAsync(path, oldest, range, cancellation)).Content;
    }

    private async Task<(byte[]? Content, string? Version)> DownloadAsync(
        string path,
        string? version,
        HttpRange range,
        CancellationToken cancellation
    )
    {
        try
        {
            var answer = await Blob(path, version).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancellation);
            using var download = answer.Value;
            var most = (int?)range.Length ?? FormatLimits.BytesOf(path);
            var content = await BoundedContent.ReadAsync(download.Content, download.Details.ContentLength, most, cancellation);
            return (content ?? throw BoundedContent.TooLong(path, Location, most), download.Details.VersionId);
        }
        catch (RequestFailedException e)
            when (e.ErrorCode == BlobErrorCode.BlobNotFound || e.ErrorCode == BlobErrorCode.InvalidRange || IsUnknownVersion(e, version))
        {
            return (null, null);
        }
    }

    /// <summary>A version id of another store (a copied vault) is malformed for this one.</summary>
    private static bool IsUnknownVersion(RequestFailedException e, string? version) =>
        version is not null && (e.Status is 400 or 404) && e.ErrorCode != BlobErrorCode.ContainerNotFound;

    private BlobBaseClient Blob(string path, string? version)
    {
        var blob = container.GetBlobBaseClient(BlobPath.Require(path));
        return version is null ? blob : blob.WithVersion(version);
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var array)
            ? new(array.Array!, array.Offset, array.Count, writable: false)
            : new(content.ToArray(), writable: false);

    private static string LocationOf(BlobContainerClient container) => container.Uri.GetLeftPart(UriPartial.Path);
}
