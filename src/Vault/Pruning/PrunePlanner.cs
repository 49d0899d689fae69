using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>
/// Decides what goes. What isn't known to be unneeded is needed: while an inventory that counts can't be read, no pack goes. Pure.
/// </summary>
/// <param name="canSign">There is a key to sign expiries with.</param>
/// <param name="canDelete">Whether there is something that deletes such data of volumes.</param>
/// <param name="otherwise">What to do about what can't be deleted, for a person.</param>
internal sealed class PrunePlanner(
    VaultFacts facts,
    DateTimeOffset now,
    bool canSign,
    Func<VolumeData, bool> canDelete,
    string otherwise = "nothing here can do that"
)
{
    private readonly List<string> obstacles = [];

    public PrunePlan Plan(RetentionTerms terms)
    {
        var decided = RetentionSchedule.Decide(facts.Points.Where(p => p.ExpiredAt is null).Select(p => p.Facts), terms, now);
        var expire = Expiring(decided);
        var purge = Purged();
        var (needed, named) = Named([.. expire.Select(d => d.Point.Id)], [.. purge.Select(p => p.Point)]);
        var unneeded = facts.Packs.Where((_, i) => !named[i]).ToLookup(IsDue);
        var isKnown = WhatIsNeededIsKnown();
        if (facts.UnlistedFiles is { } why)
            obstacles.Add($"files that no point names aren't purged: {why}");
        return new()
        {
            Cluster = facts.Cluster,
            At = now,
            Points = decided,
            Expire = expire,
            Purge = purge,
            Packs = isKnown ? [.. unneeded[true]] : [],
            Images = isKnown ? [.. facts.UnnamedImages.Where(IsDue)] : [],
            Files = isKnown ? [.. facts.UnnamedFiles.Where(IsDue)] : [],
            Export = facts.Export,
            Needed = Total(i => needed[i]),
            Expired = Total(i => named[i] && !needed[i]),
            Waiting = PackTotal.Of(isKnown ? unneeded[false] : unneeded.SelectMany(g => g)),
            Obstacles = [.. obstacles],
            Seen = [.. facts.Points.Select(p => p.Facts.Id), .. facts.Unsealed.Select(u => u.Point)],
        };
    }

    /// <summary>Readers wouldn't believe an unsigned expiry of a signed point.</summary>
    private ImmutableArray<RetentionDecision> Expiring(ImmutableArray<RetentionDecision> decided)
    {
        var signed = facts.Points.Where(p => p.IsSigned).Select(p => p.Facts.Id).ToHashSet();
        var expire = decided.Where(d => d.Expires).ToLookup(d => canSign || !signed.Contains(d.Point.Id));
        if (expire[false].Any())
            obstacles.Add(
                $"{expire[false].Count()} points that should expire stay: they are signed, and there is no key to sign their expiries "
                    + "with. Give the signing key that captures use"
            );
        return [.. expire[true]];
    }

    /// <summary>Oldest first.</summary>
    private ImmutableArray<PurgedPoint> Purged()
    {
        if (Forged() is not null)
            return [];
        var due = facts.Points.Where(IsDue).ToList();
        var kept = facts.Points.Except(due).SelectMany(p => p.Volumes).ToHashSet();
        var purge = new List<PurgedPoint>();
        foreach (var point in due.OrderBy(p => p.Facts.Sequence))
        {
            var volumes = point.Volumes.Where(s => !kept.Contains(s)).Distinct().ToImmutableArray();
            if (volumes.Where(v => !canDelete(v)).ToList() is not [var first, ..] others)
                purge.Add(new(point.Facts.Id, point.ExpiredAt, volumes) { Packs = Digests(point.Packs) });
            else
                obstacles.Add(
                    $"{point.Facts.Id} isn't purged: data of {others.Count} volumes that only it names has to be deleted before ({first}): "
                        + otherwise
                );
        }
        return [.. purge, .. facts.Unsealed.Where(IsDue).Select(u => new PurgedPoint(u.Point, null, []) { Packs = Digests(u.Packs) })];
    }

    /// <summary>Why expiries here aren't of retention, which never expires the last point; null: they may be.</summary>
    private string? Forged() =>
        facts.Points.OrderByDescending(p => p.Facts.Sequence).FirstOrDefault() is { } last
        && facts.Points.All(p => p.Facts.Sequence < last.Facts.Sequence || p is { ExpiredAt: not null, IsSigned: false, HasContent: true })
            ? $"the newest point, {last.Facts.Id}, is marked as expired, which retention never does: others wrote that. Run 'verify'"
            : null;

    private bool IsDue(PointUse point) => point is { HasContent: true, Facts.Hold: null } && IsOver(point) && !(point.ImmutableUntil > now);

    /// <summary>Nothing needs its packs any more.</summary>
    private bool IsOver(PointUse point) => point.ExpiredAt is { } expired && now - expired >= PruneRules.Grace;

    private bool IsDue(UnsealedPoint left) =>
        !left.SealIsGone && now - left.WrittenAt >= PruneRules.Leftover && !(left.ImmutableUntil > now);

    private bool IsDue(PackFacts pack) => now - pack.WrittenAt >= PruneRules.Leftover && !(pack.ImmutableUntil > now);

    private bool IsDue(FilesFacts files) => now - files.WrittenAt >= PruneRules.Leftover;

    private bool IsDue(ImageFacts image) => now - image.WrittenAt >= PruneRules.Leftover && !(image.ImmutableUntil > now);

    /// <returns>By pack: needed by what stays; named by that or by what is expired and not purged yet.</returns>
    private (bool[] Needed, bool[] Named) Named(HashSet<PointId> expiring, HashSet<PointId> gone)
    {
        var (needed, named) = (new bool[facts.Packs.Length], new bool[facts.Packs.Length]);
        foreach (var point in facts.Points.Where(p => !gone.Contains(p.Facts.Id)))
        {
            foreach (var pack in point.Packs)
            {
                named[pack] = true;
                needed[pack] |= point.ExpiredAt is null && !expiring.Contains(point.Facts.Id);
            }
        }
        foreach (var pack in facts.Unsealed.Where(u => !gone.Contains(u.Point)).SelectMany(u => u.Packs))
            needed[pack] = named[pack] = true;
        return (needed, named);
    }

    private bool WhatIsNeededIsKnown()
    {
        IEnumerable<string> unknown =
        [
            .. facts.Unreadable,
            .. Forged() is { } forged ? [forged] : (ReadOnlySpan<string>)[],
            .. facts.Points.Where(p => !IsOver(p)).Select(p => p.Unreadable).OfType<string>(),
            .. facts.Unsealed.Where(u => !IsDue(u)).Select(u => u.Unreadable).OfType<string>(),
        ];
        obstacles.AddRange(unknown.Select(why => $"no pack is purged, since it isn't known which ones are needed: {why}"));
        return !unknown.Any();
    }

    private ImmutableArray<ContentDigest> Digests(ImmutableArray<int> packs) => [.. packs.Select(i => facts.Packs[i].Digest)];

    private PackTotal Total(Func<int, bool> of) => PackTotal.Of(facts.Packs.Where((_, i) => of(i)));
}
