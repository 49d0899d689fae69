namespace Holdfast.Clusters.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing changed up to this revision.</summary>
    Bookmark,
}

/// <param name="Object">The object's bytes as sent; of a bookmark only its resourceVersion means anything.</param>
public sealed record WatchEvent(WatchEventType Type, string ResourceVersion, ReadOnlyMemory<byte> Object);
