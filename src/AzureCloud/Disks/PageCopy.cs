using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Copies pages from one page blob to another of the same length. The storage service reads the source itself; where it can't (an
/// emulator),
/// the pages pass through this process. Thread-safe.
/// </summary>
/// <param name="source">Its URL holds what is needed to read it.</param>
internal sealed class PageCopy(PageBlobClient source, PageBlobClient target)
{
    /// <summary>Bytes that are copied at once: the most that Put Page From URL takes.</summary>
    public const int Piece = 4 << 20;

    /// <summary>Requests at once.</summary>
    private const int Lanes = 16;
    private const int NotImplemented = 501;

    private volatile bool passThrough;

    /// <summary>Pages that the target is to have as the source has them.</summary>
    public async Task CopyAsync(IEnumerable<HttpRange> ranges, CancellationToken cancellation) =>
        await Parallel.ForEachAsync(
            ranges.SelectMany(Pieces),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation },
            async (piece, token) => await CopyAsync(piece, token)
        );

    /// <summary>Pages that the target is to have as zeros.</summary>
    public async Task ClearAsync(IEnumerable<HttpRange> ranges, CancellationToken cancellation)
    {
        foreach (var range in ranges)
            await target.ClearPagesAsync(range, cancellationToken: cancellation);
    }

    private static IEnumerable<HttpRange> Pieces(HttpRange range)
    {
        var end = range.Offset + range.Length!.Value;
        for (var at = range.Offset; at < end; at += Piece)
            yield return new(at, Math.Min(Piece, end - at));
    }

    private async Task CopyAsync(HttpRange piece, CancellationToken cancellation)
    {
        if (!passThrough)
        {
            try
            {
                await target.UploadPagesFromUriAsync(source.Uri, piece, piece, cancellationToken: cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status == NotImplemented)
            {
                passThrough = true;
            }
        }
        var read = await source.DownloadContentAsync(new BlobDownloadOptions { Range = piece }, cancellation);
        using var content = read.Value.Content.ToStream();
        await target.UploadPagesAsync(content, piece.Offset, cancellationToken: cancellation);
    }
}
