using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>Writes that a point is expired. From then on nothing new refers to it.</summary>
internal sealed class Expiring(IBlobStore vault, ClusterName cluster, SealSigner? signer)
{
    /// <summary>Repeated, it leaves the first expiry as it is: the grace time counts from there.</summary>
    public async Task ExpireAsync(RetentionDecision decision, DateTimeOffset at, CancellationToken cancellation)
    {
        var expiry = new PointExpiry
        {
            Point = decision.Point.Id,
            ExpiredAt = at,
            Rule = decision.Rule ?? throw new ArgumentException($"no rule expires {decision.Point.Id}", nameof(decision)),
        };
        var bytes = (signer is null ? expiry : await signer.SignAsync(expiry, cancellation)).ToBytes();
        await vault.CreateAsync(VaultPaths.Expired(cluster, decision.Point.Id), bytes, null, cancellation);
    }
}
