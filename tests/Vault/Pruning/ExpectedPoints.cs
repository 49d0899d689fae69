using Holdfast.Archive.Format;
using Holdfast.TestKit.Worm;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>
/// What there must be of each point, compared with what is in the container itself, so that a fault of a reader hides nothing.
/// </summary>
internal sealed class ExpectedPoints(WormContainer container, HastyTime time)
{
    private static readonly ClusterName Cluster = SampleVault.Cluster;

    public Dictionary<PointId, PointFacts> Points { get; } = [];

    /// <summary>What each point's inventory names.</summary>
    public Dictionary<PointId, IReadOnlyList<Part>> Parts { get; } = [];

    /// <summary>When each point expired.</summary>
    public Dictionary<PointId, DateTimeOffset> Expired { get; } = [];

    public HashSet<PointId> Held { get; } = [];

    /// <summary>
    /// Every point that isn't expired for its whole grace time, or that is held, has each of its bytes; until its time the storage keeps
    /// them, and while it is held a legal hold is on them.
    /// </summary>
    public void Check(string when)
    {
        foreach (var (point, facts) in Points)
        {
            var isExpired = Counting(VaultPaths.Expired(Cluster, point)) is not null;
            Assert.True(isExpired == Expired.ContainsKey(point), $"{when}: {point} is {(isExpired ? "" : "not ")}expired");
            if (!isExpired || time.Now - Expired[point] < PruneRules.Grace || Held.Contains(point))
                RequireWhole(facts, when);
        }
    }

    /// <summary>After a while most points are purged; mostly one of the others is chosen.</summary>
    public PointId? ToHold(Random random)
    {
        var any = random.Next(4) == 0;
        var meant = Points
            .Keys.Where(p => any || Held.Contains(p) || !Expired.ContainsKey(p))
            .OrderBy(p => p.ToString(), StringComparer.Ordinal)
            .ToList();
        return meant.Count == 0 ? null : meant[random.Next(meant.Count)];
    }

    private void RequireWhole(PointFacts point, string when)
    {
        foreach (var path in new[] { VaultPaths.Seal(Cluster, point.Id), VaultPaths.Inventory(Cluster, point.Id) })
            RequireKept(path, Counting(path), point, when);
        foreach (var part in Parts[point.Id].DistinctBy(p => (p.Pack, p.PackVersion)))
        {
            var path = VaultPaths.Pack(Cluster, part.Pack);
            var version = container.Blobs.GetValueOrDefault(path)?.Versions.Find(v => v.Id == part.PackVersion);
            RequireKept(path, version, point, when);
            Assert.True(ContentDigest.Of(version!.Content) == part.Pack, $"{when}: {path} has other bytes");
        }
    }

    private void RequireKept(string path, WormVersion? version, PointFacts point, string when)
    {
        Assert.True(version is not null, $"{when}: {point.Id} needs {path}, which is gone");
        var isKept = !(point.KeepUntil > time.Now) || version.Until >= point.KeepUntil;
        Assert.True(isKept, $"{when}: {path} is kept until {version.Until:u}, not {point.KeepUntil:u}");
        Assert.True(!Held.Contains(point.Id) || version.HasLegalHold, $"{when}: {path} of {point.Id} has no legal hold");
    }

    /// <summary>The oldest version; null: there is none.</summary>
    private WormVersion? Counting(string path) => container.Blobs.GetValueOrDefault(path)?.Versions[0];
}
