using System.Runtime.CompilerServices;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Watching;

/// <summary>Follows a type's changes from a revision on. Thread-safe.</summary>
public sealed class ResourceWatcher(ClusterConnection connection)
{
    /// <summary>The server ends each stream after this; it would choose 30 to 60 minutes by itself.</summary>
    private static readonly TimeSpan StreamLife = TimeSpan.FromMinutes(5);

    /// <summary>A quiet type may bring nothing, not even a bookmark, until its stream ends.</summary>
    private static readonly TimeSpan Silence = StreamLife + TimeSpan.FromSeconds(30);

    /// <summary>Streams in a row that the server ends with an error before anything happened.</summary>
    private const int Patience = 5;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Yields changes after <paramref name="revision"/>, each once, until cancelled; reconnects from the last revision seen when the server ends the stream or it breaks. An event that was cut
    /// is sent again by the next stream.
    /// </summary>
    /// <exception cref="ClusterException">Expired when the revision is older than the server keeps (as a status or as an ERROR event): list again. Others when no stream can be opened.</exception>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(ApiResource resource, string? ns, string revision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var emptyStreams = 0; ; emptyStreams++)
        {
            await foreach (var sent in StreamAsync(resource, ns, revision, cancellation))
            {
                if (sent.Type == "ERROR")
                {
                    ThrowUnlessPassing(resource, sent, emptyStreams);
                    break;
                }
                revision = sent.ResourceVersion;
                emptyStreams = 0;
                yield return new WatchEvent(TypeOf(sent.Type), revision, sent.Object);
            }
            await Task.Delay(Delay(emptyStreams), connection.Time, cancellation);
        }
    }

    /// <summary>A server that ends every stream at once must not be asked in a tight loop.</summary>
    private static TimeSpan Delay(int emptyStreams)
    {
        var delay = TimeSpan.FromMilliseconds(50) * (1 << Math.Min(emptyStreams, 10));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    /// <summary>The events of one response, up to its end or break.</summary>
    private async IAsyncEnumerable<SentEvent> StreamAsync(ApiResource resource, string? ns, string revision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = $"{resource.CollectionPath(ns)}?watch=true&allowWatchBookmarks=true&timeoutSeconds={StreamLife.TotalSeconds:0}&resourceVersion={Uri.EscapeDataString(revision)}";
        using var response = await connection.SendAsync(() => new(HttpMethod.Get, new Uri(path, UriKind.Relative)), cancellation);
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(response, cancellation);

        await using var body = await connection.OpenBodyAsync(response, cancellation, Silence);
        var events = new EventCutter(connection.Limits);
        while (await ReadAsync(body, events, cancellation))
        {
            while (events.TryCut(out var sent))
                yield return sent;
        }
    }

    private static async Task<bool> ReadAsync(Stream body, EventCutter events, CancellationToken cancellation)
    {
        try
        {
            var read = await body.ReadAsync(events.Space, cancellation);
            events.Advance(read);
            return read > 0;
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.Broken)
        {
            return false;
        }
    }

    /// <summary>A server in trouble ends a stream with a 5xx and may open the next one; any other ERROR, or the same again and again, is for the caller.</summary>
    private void ThrowUnlessPassing(ApiResource resource, SentEvent error, int emptyStreams)
    {
        if (error.Code is 429 or >= 500 && emptyStreams < Patience)
            return;
        throw new ClusterException(
            error.Code == 410 ? ClusterFailure.Expired : ClusterFailure.Broken,
            $"Watching {resource} at {connection.Server}: the server ended the stream with {error.Code}: {error.Message}. List the type again and watch from the list's revision.");
    }

    private static WatchEventType TypeOf(string sent) => sent switch
    {
        "ADDED" => WatchEventType.Added,
        "MODIFIED" => WatchEventType.Modified,
        "DELETED" => WatchEventType.Deleted,
        "BOOKMARK" => WatchEventType.Bookmark,
        _ => throw new ClusterException(ClusterFailure.Broken, $"A watch sent an event of the unknown type '{sent}'. Is this the API server's address, or a proxy's?"),
    };
}
