using Holdfast.Clusters.Discovering;

namespace Holdfast.Capture.Planning;

/// <summary>
/// What lists at an exact revision cost a server, in objects: the work of reading and sending one. Decides how a type is split, not what is
/// captured.
/// </summary>
/// <remarks>
/// Up to 1.33 such lists are read from etcd, which counts all keys that follow each page: many small lists are cheap, long ones in many
/// pages expensive. From 1.34 on (feature gate ListFromCacheSnapshot, on by default:
/// https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4988-snapshottable-api-server-cache) they come from
/// snapshots of the watch cache, where a page costs the same wherever it begins, and each list by itself costs more. A snapshot is made at
/// a write and dropped by the compaction that follows some minutes later, so a type that has been quiet for longer has none, and
/// the exact list is read from etcd and decoded after all. What such a type shows at the latest revision, the cache answers at any time:
/// that list is asked for first, and counts where it is proven to be the exact one. Measured on 1.20 and 1.36, see docs/performance.md.
/// Where the gate is off, pages of thousands keep the counting below a tenth of the whole up to some 100,000 objects a type.
/// </remarks>
internal sealed record ListCosts
{
    private const int SnapshotsSince = 34;

    private static readonly ListCosts FromStore = new()
    {
        LargestPage = 2_000,
        KeysCounted = 100,
        SplitsForSharing = true,
        LatestFirst = false,
    };
    private static readonly ListCosts FromSnapshots = new()
    {
        LargestPage = 5_000,
        KeysCounted = 10_000,
        SplitsForSharing = false,
        LatestFirst = true,
    };

    /// <summary>Objects of a first page at most; those after it are sized by what objects weigh.</summary>
    public required int LargestPage { get; init; }

    /// <summary>How many keys the server counts in the time of one object: a page of a long list counts all that follows.</summary>
    public required int KeysCounted { get; init; }

    /// <summary>Whether a type that is a large share of the cluster is worth a list per namespace for that alone.</summary>
    public required bool SplitsForSharing { get; init; }

    /// <summary>Whether the list at the latest revision is tried before the one at the exact revision.</summary>
    public required bool LatestFirst { get; init; }

    /// <summary>
    /// A version that can't be read counts as an old one: what suits those costs a current one a half more, the reverse several times as
    /// much.
    /// </summary>
    public static ListCosts Of(string serverVersion) => ServerRelease.IsAtLeast(serverVersion, SnapshotsSince) ? FromSnapshots : FromStore;
}
