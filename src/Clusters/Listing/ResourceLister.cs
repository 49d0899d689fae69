using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Listing;

/// <summary>What to list.</summary>
public sealed record ListRequest(ApiResource Resource, string? Namespace)
{
    /// <summary>Exactly at this revision; null: the latest.</summary>
    public string? Revision { get; init; }

    /// <summary>Where an earlier page ended; the revision is in it.</summary>
    public string? Continue { get; init; }

    /// <summary>Items a page at most; 0: no paging.</summary>
    public int Limit { get; init; } = 500;

    /// <summary>Only <c>apiVersion, kind, metadata</c> of each item (PartialObjectMetadata).</summary>
    public bool MetadataOnly { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
}

/// <summary>One item's bytes as the server sent them. Valid only during the call that receives it.</summary>
public readonly ref struct ListedItem
{
    /// <summary>The whole object, from brace to brace.</summary>
    public required ReadOnlySpan<byte> Json { get; init; }

    /// <summary>Empty for a cluster-scoped object.</summary>
    public required ReadOnlySpan<byte> Namespace { get; init; }
    public required ReadOnlySpan<byte> Name { get; init; }
    public required ReadOnlySpan<byte> Uid { get; init; }
    public required ReadOnlySpan<byte> ResourceVersion { get; init; }

    /// <summary>The JSON object of <c>metadata.labels</c>; empty when there is none.</summary>
    public required ReadOnlySpan<byte> Labels { get; init; }

    /// <summary>The item has its own <c>apiVersion</c> and <c>kind</c> at its top.</summary>
    public required bool HasTypeMeta { get; init; }
}

/// <summary>Takes items in the server's order, synchronously.</summary>
public delegate void ItemReceiver(in ListedItem item);

/// <param name="Revision">The list's own revision.</param>
/// <param name="Continue">Null: it was the last page.</param>
/// <param name="Remaining">Items behind this page, where the server tells.</param>
public sealed record ListPage(string Revision, string? Continue, long? Remaining, int Items, long Bytes);

/// <summary>
/// Lists a type's objects page by page, cutting each item's bytes out of the response as it arrives: no object an item, memory of about one item a list. Thread-safe.
/// </summary>
/// <remarks>
/// An item reaches the receiver at most once: a page that breaks off is asked for again and what was delivered is skipped, which is exact for a page at a fixed revision. The first page of
/// a list at the latest revision can't be repeated so; when it breaks off after its first item, the call fails with <see cref="ClusterFailure.Broken"/> and the caller starts again.
/// </remarks>
public sealed class ResourceLister(ClusterConnection connection)
{
    /// <summary>
    /// Lists to the end, yielding after each page's items were received. The next page is asked for as soon as its token is read. Stop enumerating at any page and go on later with its
    /// <see cref="ListPage.Continue"/>.
    /// </summary>
    /// <exception cref="ClusterException">Expired on 410, with nothing of another revision delivered; Forbidden, NotFound, Throttled, Broken.</exception>
    public IAsyncEnumerable<ListPage> ListAsync(ListRequest request, ItemReceiver receiver, CancellationToken cancellation) => throw new NotImplementedException();
}
