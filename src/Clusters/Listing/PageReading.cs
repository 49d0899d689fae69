using System.Text;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Listing;

/// <summary>Called once a page's continue token is known, with the size of what has arrived so far.</summary>
internal delegate void NextPageKnown(string token, long items, long bytes);

/// <summary>
/// Reads one page to its end, however often its connection breaks, and delivers each item once. A repeated page is compared with a running
/// hash of what was delivered before it continues.
/// </summary>
/// <param name="revision">What the page's revision must be; null or empty if unknown.</param>
internal sealed class PageReading(
    ClusterConnection connection,
    PageRequest request,
    ItemReceiver receiver,
    string? revision,
    NextPageKnown next
)
{
    /// <summary>Breaks in a row without a new item before giving up.</summary>
    private const int Patience = 5;

    /// <summary>How much of a page is used to estimate the average item size for the next page.</summary>
    private const int SampleBytes = 256 << 10;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    private ListCutter? cutting;
    private int delivered;
    private HashCode deliveredHash;
    private int passed;
    private HashCode passedHash;
    private bool nextTold;
    private bool receiving;

    /// <summary>Failures that a retry doesn't cure.</summary>
    private ClusterException? verdict;

    private string Where => $"Listing {request.List} at {connection.Server}";

    /// <exception cref="ClusterException">Any answer but a list, or repeated breaks.</exception>
    public async Task<ListPage> ReadAsync(CancellationToken cancellation)
    {
        for (var breaks = 0; ; )
        {
            var before = delivered;
            using var response = await request.TakeAsync();
            try
            {
                return await ReadBodyAsync(response, cancellation);
            }
            catch (Exception e)
                when (!receiving && e != verdict && e is (InvalidDataException or ClusterException { Failure: ClusterFailure.Broken }))
            {
                breaks = delivered > before ? 1 : breaks + 1;
                if (breaks == Patience || !MayRepeat)
                    throw Broken(e);
            }
            catch (ClusterException e) when (!receiving && e.Failure is ClusterFailure.TooLarge)
            {
                throw new ClusterException(ClusterFailure.TooLarge, $"{Where}: {e.Message}", e);
            }
            await Task.Delay(FirstDelay * (1 << (breaks - 1)), connection.Time, cancellation);
        }
    }

    private bool MayRepeat => request.IsRepeatable || (delivered == 0 && !nextTold);

    private async Task<ListPage> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        passed = 0;
        passedHash = default;
        using var cutter = cutting = request.CutterOf(response, Pass);
        await using var body = await connection.OpenBodyAsync(response, cancellation);
        while (await body.ReadAsync(cutter.Space, cancellation) is > 0 and var bytes)
        {
            cutter.Advance(bytes);
            if (request.List.Between is { } between)
                await between();
            if (request.List.PageBytes is null || cutter.Bytes >= SampleBytes)
                TellNext(cutter);
        }
        cutter.Complete();
        CheckRevision(cutter.Revision);
        if (passed < delivered)
            throw verdict = Moved();
        TellNext(cutter);
        return new ListPage(cutter.Revision ?? "", cutter.Continue, cutter.Remaining, cutter.Items, cutter.Bytes);
    }

    private void TellNext(ListCutter cutter)
    {
        if (nextTold || cutter.Continue is not { } token)
            return;
        nextTold = true;
        next(token, cutter.Items, cutter.Bytes);
    }

    private void Pass(in ListedItem item)
    {
        if (passed == 0)
            CheckRevision(cutting!.Revision);
        passed++;
        passedHash.AddBytes(item.Uid);
        passedHash.AddBytes(item.ResourceVersion);
        passedHash.AddBytes(item.Name);
        if (passed < delivered)
            return;
        if (passed == delivered)
        {
            if (passedHash.ToHashCode() != deliveredHash.ToHashCode())
                throw verdict = Moved();
            return;
        }
        if (item.IsTooLarge && request.List is { PassesOverLarge: false, MetadataOnly: false })
            throw Large(in item);
        delivered = passed;
        deliveredHash = passedHash;
        receiving = true;
        receiver(item);
        receiving = false;
    }

    /// <summary>A server that answers with another revision than requested would silently mix two states.</summary>
    private void CheckRevision(string? answered)
    {
        if (!string.IsNullOrEmpty(revision) && !string.IsNullOrEmpty(answered) && answered != revision)
        {
            throw verdict = new ClusterException(
                ClusterFailure.Broken,
                $"{Where}: the server answered with revision {answered} instead of {revision}. Read this type at its own revision."
            );
        }
    }

    private ClusterException Large(in ListedItem item) =>
        new(
            ClusterFailure.TooLarge,
            $"'{Encoding.UTF8.GetString(item.Name)}'{(item.Namespace.IsEmpty ? "" : $" in {Encoding.UTF8.GetString(item.Namespace)}")} has "
                + $"{item.Bytes} bytes, more than the {connection.Limits.ObjectBytes} that are read of one object. "
                + $"Make it smaller, or raise {AnswerLimits.ObjectVariable}"
        );

    private ClusterException Moved() =>
        new(
            ClusterFailure.Broken,
            $"{Where}: the page broke off and was different when requested again, although its revision is fixed. Start the list again."
        );

    private ClusterException Broken(Exception e) =>
        new(
            ClusterFailure.Broken,
            $"{Where}: a page broke off after {delivered} of its items, so the list must be started again. {e.Message}",
            e
        );
}
