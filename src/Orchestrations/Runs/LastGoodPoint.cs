using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Vault.Catalogue;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Runs;

/// <summary>When a cluster's last point was taken that has no gap and can be trusted.</summary>
public static partial class LastGoodPoint
{
    /// <summary>Most often the last point is good, and no other is looked at.</summary>
    /// <returns>Null: there is none, or the cluster's points can't be read, which is logged.</returns>
    public static async Task<DateTimeOffset?> FindAsync(RunEnvironment environment, ClusterName cluster, CancellationToken cancellation)
    {
        try
        {
            var end = await ChainEnd.FindAsync(environment.Vault, cluster, environment.Trust, cancellation);
            if (end.Latest is not { } last || last.Seal.State == PointState.Succeeded)
                return end.Latest?.Seal.PinnedAt;
            var catalogue = new VaultCatalogue(environment.Vault, environment.Trust, environment.Control);
            var all = await catalogue.ListAsync(cluster, PointSearch.All, cancellation);
            var good = all.Points.LastOrDefault(p => p.Point.Seal.State == PointState.Succeeded && p.Untrusted is null);
            return good?.Point.Seal.PinnedAt;
        }
        catch (ArchiveException unreadable)
        {
            LogUnread(environment.Log, unreadable, cluster.ToString());
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "The age of the last good point of {Cluster} can't be found out")]
    private static partial void LogUnread(ILogger log, Exception exception, string cluster);
}
