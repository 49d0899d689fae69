namespace Holdfast.Protection.Capture.Planning;

/// <summary>What lists at an exact revision cost a server, in objects: the work of reading and sending one. Decides how a type is split, not what is captured.</summary>
/// <remarks>
/// Up to 1.33 such lists are read from etcd, which counts all keys that follow each page: many small lists are cheap, long ones in many pages dear. From 1.34 on (feature gate ListFromCacheSnapshot, on by default:
/// https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4988-snapshottable-api-server-cache) they come from snapshots of the watch cache, where a page costs the same wherever it begins, and
/// each list by itself costs more. Measured on 1.20 and 1.36, see docs/performance.md. Where the gate is off, pages of thousands keep the counting below a tenth of the whole up to some 100,000 objects a type.
/// </remarks>
internal sealed record ListCosts
{
    private const int SnapshotsSince = 34;

    private static readonly ListCosts FromStore = new() { LargestPage = 2_000, KeysCounted = 100, SplitsForSharing = true };
    private static readonly ListCosts FromSnapshots = new() { LargestPage = 5_000, KeysCounted = 10_000, SplitsForSharing = false };

    /// <summary>Objects of a first page at most; those after it are sized by what objects weigh.</summary>
    public required int LargestPage { get; init; }

    /// <summary>How many keys the server counts in the time of one object: a page of a long list counts all that follows.</summary>
    public required int KeysCounted { get; init; }

    /// <summary>Whether a type that is a large share of the cluster is worth a list a namespace for that alone.</summary>
    public required bool SplitsForSharing { get; init; }

    /// <summary>A version that can't be read counts as an old one: what suits those costs a current one a half more, the reverse several times as much.</summary>
    public static ListCosts Of(string serverVersion) => ServerRelease.IsAtLeast(serverVersion, SnapshotsSince) ? FromSnapshots : FromStore;
}

/// <summary>Reads what <c>/version</c> tells: <c>v1.36.2</c>, <c>v1.31.0-eks-a1b2c3</c>.</summary>
internal static class ServerRelease
{
    /// <param name="minor">Of version 1.</param>
    public static bool IsAtLeast(string serverVersion, int minor)
    {
        var numbers = serverVersion.TrimStart('v').Split('.', '+', '-');
        return numbers.Length >= 2 && Version.TryParse($"{numbers[0]}.{numbers[1]}", out var version) && version >= new Version(1, minor);
    }
}
