namespace Holdfast.Clusters.Listing;

/// <summary>One item's bytes as the server sent them. Valid only during the call that receives it.</summary>
public readonly ref struct ListedItem
{
    /// <summary>The whole object, from brace to brace; empty in a metadata-only list, and of one that <see cref="IsTooLarge"/>.</summary>
    public required ReadOnlySpan<byte> Json { get; init; }

    /// <summary>How many bytes the object has; 0 in a metadata-only list in protobuf.</summary>
    public long Bytes { get; init; }

    /// <summary>
    /// It has more bytes than <see cref="Connections.AnswerLimits.ObjectBytes"/>: it was skipped, except for its identity. Labels after the
    /// limit aren't seen.
    /// </summary>
    public bool IsTooLarge { get; init; }

    /// <summary>Its objects and arrays are nested deeper than <see cref="Connections.AnswerLimits.ObjectDepth"/>.</summary>
    public bool IsTooDeep { get; init; }

    /// <summary>Empty for a cluster-scoped object.</summary>
    public required ReadOnlySpan<byte> Namespace { get; init; }
    public required ReadOnlySpan<byte> Name { get; init; }
    public required ReadOnlySpan<byte> Uid { get; init; }
    public required ReadOnlySpan<byte> ResourceVersion { get; init; }

    /// <summary>The item has its own <c>apiVersion</c> and <c>kind</c> at its top.</summary>
    public required bool HasTypeMeta { get; init; }

    internal ItemLabels Labels { get; init; }

    /// <summary>The value of a label as UTF-8. Costs a search of the labels' bytes.</summary>
    public bool TryGetLabel(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => Labels.TryGet(key, out value);
}

/// <summary>Receives items in the server's order, synchronously.</summary>
public delegate void ItemReceiver(in ListedItem item);
