namespace Holdfast.Simulator.Storage;

/// <summary>
/// One state of one object, as it was from <see cref="Revision"/> on until the next change; also one entry of the store's log. Immutable
/// but for <see cref="Previous"/>.
/// </summary>
internal sealed class StoredVersion
{
    public required ObjectTable Table { get; init; }

    /// <summary><c>namespace/name</c>, or <c>name</c> in cluster scope: the order of keys is the order of lists.</summary>
    public required string Key { get; init; }
    public required long Revision { get; init; }

    /// <summary>
    /// The object as UTF-8 JSON without <c>apiVersion</c> and <c>kind</c>, beginning with <c>{"metadata":</c>. Of a deletion: the last
    /// state.
    /// </summary>
    public required byte[] Json { get; init; }

    /// <summary>Length of the value of <c>metadata</c> in <see cref="Json"/>.</summary>
    public required int MetadataLength { get; init; }
    public required string Uid { get; init; }

    /// <summary>The uids of its owner references.</summary>
    public required string[] Owners { get; init; }

    /// <summary>It has a deletionTimestamp: only finalizers keep it.</summary>
    public required bool IsTerminating { get; init; }
    public required bool IsDeletion { get; init; }

    /// <summary>It is the first object with this key.</summary>
    public bool IsCreation { get; init; }

    /// <summary>The previous state, unless compacted.</summary>
    public StoredVersion? Previous { get; set; }

    public ReadOnlyMemory<byte> Metadata => Json.AsMemory(MetadataPrefix.Length, MetadataLength);

    public string? Namespace => Key.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? Key[..slash] : null;

    public string Name => Key[(Key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public static ReadOnlySpan<byte> MetadataPrefix => "{\"metadata\":"u8;

    public static string KeyOf(string? ns, string name) => ns is null ? name : $"{ns}/{name}";
}
