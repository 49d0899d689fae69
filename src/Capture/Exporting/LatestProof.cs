using System.Buffers.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;

namespace Holdfast.Capture.Exporting;

/// <summary>
/// Proves that a list at the latest revision shows what one at an exact, earlier revision R would. Every item is no newer than R, so it was
/// there at R as it is now; and at R there were as many, so none has gone since. Servers that answer the latest revision from their watch
/// cache do so without decoding an object; at an exact one they may read them all from etcd.
/// </summary>
internal sealed class LatestProof(ListRequest exact)
{
    /// <summary>
    /// From 1.31 on, lists at the latest revision come from the watch cache by default, proven fresh by etcd's progress notifications.
    /// </summary>
    private const int CachedSince = 31;

    /// <summary>
    /// One page however long. No limit at all would be that too, but since 1.31 a server whose watch cache isn't ready for a type (just
    /// started, or some object in it can't be decoded) refuses unlimited lists of it with 429 for as long as that lasts, and reads limited
    /// ones from etcd.
    /// </summary>
    private const int OnePage = int.MaxValue;

    private readonly ulong revision = new Revision(exact.Revision ?? "").Number ?? 0;
    private long items;
    private ulong newest;

    /// <param name="serverVersion">As the server gives it: <c>v1.36.2</c>.</param>
    public static bool IsWorthwhile(string serverVersion) => ServerRelease.IsAtLeast(serverVersion, CachedSince);

    public void Count(in ListedItem item)
    {
        items++;
        var plain = Utf8Parser.TryParse(item.ResourceVersion, out ulong own, out var read) && read == item.ResourceVersion.Length;
        newest = Math.Max(newest, plain ? own : ulong.MaxValue);
    }

    /// <summary>
    /// Lists in one page, which a watch cache answers, into <paramref name="receiver"/>; false: something has changed since, or it
    /// can't be proven.
    /// </summary>
    /// <exception cref="ClusterException">The list failed; an exact one would fail too.</exception>
    public async Task<bool> HoldsAsync(ResourceLister lister, ItemReceiver receiver, CancellationToken cancellation)
    {
        ValueTask Check() => newest > revision ? throw Changed() : exact.Between?.Invoke() ?? ValueTask.CompletedTask;
        // a server doesn't count what a selector leaves over
        if (revision == 0 || exact.LabelSelector is not null)
            return false;
        try
        {
            var latest = await lister.ReadPageAsync(
                exact with
                {
                    Revision = null,
                    Limit = OnePage,
                    Between = Check,
                },
                receiver,
                cancellation
            );
            if (latest.Continue is not null || newest > revision)
                return false;
            return latest.Revision == exact.Revision || await CountAtRevisionAsync(lister, cancellation) == items;
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Broken)
        {
            return false;
        }
    }

    /// <summary>The rest of the list needn't be read: it fails as one that broke off.</summary>
    private ClusterException Changed() => new(ClusterFailure.Broken, $"{exact} has changed since revision {exact.Revision}");

    private async Task<long?> CountAtRevisionAsync(ResourceLister lister, CancellationToken cancellation)
    {
        var first = await FreshList.ProbeAsync(lister, exact, cancellation);
        return first.Continue is null ? first.Items : first.Items + first.Remaining;
    }
}
