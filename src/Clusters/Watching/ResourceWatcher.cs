using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

/// <param name="Object">The object's bytes as sent; of a bookmark only its resourceVersion means anything.</param>
public sealed record WatchEvent(WatchEventType Type, string ResourceVersion, ReadOnlyMemory<byte> Object);

/// <summary>Follows a type's changes from a revision on. Thread-safe.</summary>
public sealed class ResourceWatcher(ClusterConnection connection)
{
    /// <summary>Yields changes after <paramref name="revision"/> until cancelled; reconnects from the last revision seen when the server ends the stream.</summary>
    /// <exception cref="ClusterException">Expired when the revision is older than the server keeps (as a status or as an ERROR event): list again.</exception>
    public IAsyncEnumerable<WatchEvent> WatchAsync(ApiResource resource, string? ns, string revision, CancellationToken cancellation) => throw new NotImplementedException();
}
