using System.Text;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Listing;

/// <summary>What to list.</summary>
public sealed record ListRequest(ApiResource Resource, string? Namespace)
{
    /// <summary>Exactly at this revision; null: the latest.</summary>
    public string? Revision { get; init; }

    /// <summary>Where an earlier page ended; the revision is in it, and must be <see cref="Revision"/> where that is given too.</summary>
    public string? Continue { get; init; }

    /// <summary>Maximum number of items per page; 0: no paging.</summary>
    public int Limit { get; init; } = 500;

    /// <summary>
    /// Target size in bytes of the pages after the first, from the average item so far, between 10 and 5,000 items; null: each page has
    /// <see cref="Limit"/>. Large pages save etcd work (each page costs it the rest of the range), small ones save the API server's memory:
    /// 8 MiB suits both, whether an item has 500 bytes or 500 KB.
    /// </summary>
    public int? PageBytes { get; init; }

    /// <summary>
    /// Only what identifies each item: the server leaves out all but <c>metadata</c>, and <see cref="ListedItem.Json"/> is empty.
    /// </summary>
    public bool MetadataOnly { get; init; }

    /// <summary>
    /// Objects with more bytes than <see cref="Connections.AnswerLimits.ObjectBytes"/> are delivered without their bytes, as
    /// <see cref="ListedItem.IsTooLarge"/>. Otherwise such an object fails the list with <see cref="ClusterFailure.TooLarge"/>, for
    /// receivers
    /// that need every object.
    /// </summary>
    public bool PassesOverLarge { get; init; }

    /// <summary>
    /// Awaited after about every 100 KiB, whatever the page's size, so that the receiver can write what it has gathered. An exception ends
    /// the list. Null: not needed.
    /// </summary>
    public Func<ValueTask>? Between { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>For messages: <c>deployments.apps in shop</c>.</summary>
    public override string ToString() => Namespace is null ? Resource.GroupResource : $"{Resource.GroupResource} in {Namespace}";

    /// <summary>A page with a token is requested without a revision: the token contains it, and the server refuses both together.</summary>
    internal string Path()
    {
        var path = new StringBuilder(Resource.CollectionPath(Namespace)).Append("?limit=").Append(Limit);
        if (Continue is not null)
            path.Append("&continue=").Append(Uri.EscapeDataString(Continue));
        else if (Revision is not null)
            path.Append("&resourceVersion=").Append(Uri.EscapeDataString(Revision)).Append("&resourceVersionMatch=Exact");
        if (LabelSelector is not null)
            path.Append("&labelSelector=").Append(Uri.EscapeDataString(LabelSelector));
        if (FieldSelector is not null)
            path.Append("&fieldSelector=").Append(Uri.EscapeDataString(FieldSelector));
        return path.ToString();
    }
}

/// <param name="Revision">The list's own revision; empty if the server doesn't send one (some aggregated APIs).</param>
/// <param name="Continue">Null: it was the last page.</param>
/// <param name="Remaining">Number of items after this page, if the server reports it.</param>
/// <param name="Bytes">Of the response's body.</param>
public sealed record ListPage(string Revision, string? Continue, long? Remaining, int Items, long Bytes);
