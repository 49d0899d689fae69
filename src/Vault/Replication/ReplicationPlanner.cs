using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Replication;

/// <summary>
/// Decides what a replica is missing, from the seals and listings of both sides. Pure. Nothing of the replica is ever deleted or written
/// over: where the two differ, that is a finding.
/// </summary>
internal sealed class ReplicationPlanner(ClusterName cluster, VaultSide source, VaultSide replica, SealTrust trust)
{
    private readonly Dictionary<PointId, ContentDigest> there = replica.Chain.Seals.ToDictionary(p => p.Id, p => p.SealDigest);
    private readonly ImmutableArray<PlannedCopy>.Builder copies = ImmutableArray.CreateBuilder<PlannedCopy>();
    private readonly ImmutableArray<PointExpiry>.Builder expired = ImmutableArray.CreateBuilder<PointExpiry>();
    private readonly ImmutableArray<ReplicationFinding>.Builder findings = ImmutableArray.CreateBuilder<ReplicationFinding>();

    /// <param name="immutability">Of the replica's storage.</param>
    public ReplicationPlan Plan(ImmutabilitySupport immutability)
    {
        var before = there.ToImmutableDictionary();
        findings.AddRange(source.Chain.Faults.Select(f => new ReplicationFinding(f.Point, f.Message)));
        findings.AddRange(source.Faults.Select(f => new ReplicationFinding(null, f)));
        var trusted = new List<SealedPoint>();
        foreach (var point in source.Chain.Seals)
        {
            if (Doubt(point) is { } doubt)
                Refuse(point, $"point {point.Id} can't be trusted, and isn't copied: {doubt}");
            else
            {
                trusted.Add(point);
                Decide(point);
            }
        }
        var known = trusted.Select(p => p.SealDigest).ToHashSet();
        return new(
            cluster,
            copies.ToImmutable(),
            expired.ToImmutable(),
            [.. Held(immutability)],
            findings.ToImmutable(),
            trusted.LastOrDefault(),
            replica.Chain.Seals.LastOrDefault(p => known.Contains(p.SealDigest))
        )
        {
            Sealed = before,
        };
    }

    private string? Doubt(SealedPoint point) => source.Chain.Distrust(point, trust) ?? source.Chain.Doubt(point, trust)?.Message;

    private void Decide(SealedPoint point)
    {
        var expiry = ExpiryOf(point);
        if (there.TryGetValue(point.Id, out var seal))
        {
            if (seal != point.SealDigest)
                Refuse(point, $"the replica's seal of {point.Id} is another than the vault's: one of the two was forged");
            else
                Complete(point, expiry);
        }
        else if (point.Seal.Previous.FirstOrDefault(p => !Has(p)) is { } missing)
            Refuse(point, $"point {point.Id} waits for {missing.Point}, whose seal it names and which can't be copied");
        else
        {
            there.Add(point.Id, point.SealDigest);
            copies.Add(expiry is null ? new(point, CopyKind.Whole) : new(point, CopyKind.Seal, expiry));
        }
    }

    /// <summary>A point whose seal is there.</summary>
    private void Complete(SealedPoint point, PointExpiry? expiry)
    {
        if (replica.Expired.Contains(point.Id))
            return;
        var hasContent = replica.Inventories.Contains(point.Id);
        if (expiry is null && !hasContent)
            copies.Add(new(point, CopyKind.Content));
        else if (expiry is not null && !hasContent)
            copies.Add(new(point, CopyKind.Seal, expiry));
        else if (expiry is not null && trust.Proves(expiry) && !replica.Held.Contains(point.Id))
            expired.Add(expiry);
    }

    private bool Has(PreviousSeal previous) => there.TryGetValue(previous.Point, out var seal) && seal == previous.Seal;

    /// <summary>Null: it isn't expired, or what says so doesn't count.</summary>
    private PointExpiry? ExpiryOf(SealedPoint point) =>
        source.Chain.Expiries.GetValueOrDefault(point.Id) is { } expiry && PointExpiries.Fault(expiry, point.Seal, trust) is null
            ? expiry
            : null;

    /// <summary>A hold ends on each side by itself. One that was cut short has no legal hold on the seal, which gets its last.</summary>
    private IEnumerable<PointId> Held(ImmutabilitySupport immutability) =>
        source
            .Held.Where(point => there.ContainsKey(point) && !replica.Expired.Contains(point) && !source.Chain.Expiries.ContainsKey(point))
            .Where(point =>
                !replica.Held.Contains(point) || (immutability == ImmutabilitySupport.Enforced && !replica.LegalHolds.Contains(point))
            )
            .OrderBy(p => p.ToString(), StringComparer.Ordinal);

    private void Refuse(SealedPoint point, string why) => findings.Add(new(point.Id, why));
}
