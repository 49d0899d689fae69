using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>
/// Expires points of one cluster, and purges what expired long enough ago. Everything is decided again each time from what the vault holds,
/// so a run that was cut short at any place is continued by the next. Seals stay for ever.
/// </summary>
public sealed class VaultPruning(IBlobStore vault, ClusterName cluster, PruneMeans means)
{
    /// <summary>Decides; changes nothing.</summary>
    /// <exception cref="ArchiveException">Conflict: the store's clock and this machine's differ by more than 5 minutes.</exception>
    public Task<PrunePlan> PlanAsync(RetentionTerms terms, CancellationToken cancellation) =>
        PlanAsync(_ => new PolicyTerms(terms, []), cancellation);

    /// <param name="terms">From what is in the vault; its problems are obstacles of the plan.</param>
    /// <inheritdoc cref="PlanAsync(RetentionTerms, CancellationToken)"/>
    public async Task<PrunePlan> PlanAsync(Func<VaultFacts, PolicyTerms> terms, CancellationToken cancellation)
    {
        var now = await AgreedTimeAsync(cancellation);
        var facts = await WithFilesAsync(await new VaultReading(vault, cluster, means.Trust).ReadAsync(cancellation), cancellation);
        var applied = terms(facts);
        var plan = new PrunePlanner(facts, now, means.Signer is not null, CanDelete, means.WithoutVolumes).Plan(applied.Terms);
        return plan with { Obstacles = [.. applied.Problems, .. plan.Obstacles] };
    }

    /// <summary>Does what was decided. It can be cut short at any place: points expire, then old ones are purged, then packs.</summary>
    /// <param name="budget">After this long nothing more is begun; at most <see cref="Archive.Points.PurgeMarks.Longest"/>.</param>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<PruneResult> ApplyAsync(PrunePlan plan, TimeSpan budget, CancellationToken cancellation)
    {
        if (plan.Cluster != cluster)
            throw new ArgumentException($"the plan is of '{plan.Cluster}', not of '{cluster}'", nameof(plan));
        var expiry = new Expiring(vault, cluster, means.Signer);
        foreach (var decision in plan.Expire)
            await expiry.ExpireAsync(decision, plan.At, cancellation);
        if (plan.NothingGoes)
            return new(plan.Expire.Length, 0, default, 0, 0);
        var purging = new Purging(vault, cluster, means, budget);
        return await purging.PurgeAsync(plan, cancellation) with { Expired = plan.Expire.Length };
    }

    /// <summary>A repository that can't be listed keeps nothing else from being purged.</summary>
    private async Task<VaultFacts> WithFilesAsync(VaultFacts facts, CancellationToken cancellation)
    {
        if (means.Volumes is not { } volumes || !facts.HasFiles)
            return facts;
        try
        {
            var named = facts.NamedFiles.ToHashSet();
            // movers may have said the beginning of an id only
            var beginnings = named.Select(n => n.Length).Distinct().ToArray();
            bool IsNamed(string id) => beginnings.Any(length => length <= id.Length && named.Contains(id[..length]));
            var there = await volumes.ListFilesAsync(cluster, cancellation);
            return facts with { UnnamedFiles = [.. there.Where(f => !IsNamed(f.Snapshot))] };
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return facts with { UnlistedFiles = e.Message };
        }
    }

    private bool CanDelete(VolumeData data) => means.Volumes?.Handles(cluster, data) == true;

    /// <summary>Retention and grace times count from the store's clock; one of two clocks that differ is wrong.</summary>
    private async Task<DateTimeOffset> AgreedTimeAsync(CancellationToken cancellation)
    {
        var (now, here) = (await vault.NowAsync(cancellation), means.Time.GetUtcNow());
        if ((now - here).Duration() <= PruneRules.ClockDifference)
            return now;
        throw new ArchiveException(
            ArchiveFailure.Conflict,
            $"the clock of {vault.Location} shows {now:u}, and this machine's {here:u}: more than 5 minutes apart, so "
                + "one of them is wrong, and nothing is expired or purged. Set this machine's clock"
        );
    }
}
