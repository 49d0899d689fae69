using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Restore.Recovery;

/// <summary>The requests of a recovery's restores, and the points that they are of.</summary>
public static class RecoveryRequests
{
    /// <summary>Stands for the point while a document is checked.</summary>
    internal static readonly PointId AnyPoint = PointId.For(DateTimeOffset.UnixEpoch, ContentDigest.Of([]));

    /// <summary>The cluster that the restore's point is of.</summary>
    /// <exception cref="JsonException">The request isn't one.</exception>
    public static ClusterName ClusterOf(RecoveryRestore restore) => Of(restore, AnyPoint).Cluster;

    /// <summary>The point that a restore brings back.</summary>
    /// <exception cref="ArchiveException">NotFound: there is none, with the nearest.</exception>
    public static async Task<PointId> PointAsync(PointCatalog points, RecoveryRestore restore, CancellationToken cancellation)
    {
        var cluster = ClusterOf(restore);
        if (restore.Before is not { } time)
            return (await points.FindAsync(cluster, restore.Point ?? PointCatalog.Latest, cancellation)).Id;
        var found = (await points.ListAsync(cluster, cancellation)).LastOrDefault(p => p.Id.Time <= time);
        return found?.Id
            ?? throw new ArchiveException(ArchiveFailure.NotFound, $"the vault has no point of cluster '{cluster}' up to {time:u}");
    }

    /// <summary>What one restore of a group asks for.</summary>
    /// <param name="dryRun">The target is sent a dry run of its writes.</param>
    public static RestoreRequest Of(RecoveryGroup group, RecoveryRestore restore, PointId point, bool dryRun)
    {
        var request = Of(restore, point);
        int? wait = request.WaitSeconds ?? group.WaitSeconds ?? RestoreRequest.DefaultWaitSeconds;
        return request with { WaitSeconds = wait == 0 ? null : wait, ServerDryRun = dryRun ? true : request.ServerDryRun };
    }

    /// <summary>What the document leaves out is as in a new request: a reader of JSON would leave it unset.</summary>
    internal static RestoreRequest Of(RecoveryRestore restore, PointId point)
    {
        var blank = new RestoreRequest { Cluster = ClusterName.Parse("any"), Point = point };
        var request = JsonSerializer.SerializeToNode(blank, RecoveryJson.Default.RestoreRequest)!.AsObject();
        request.Remove("cluster");
        foreach (var (name, value) in restore.Request)
            request[name] = value?.DeepClone();
        return request.Deserialize(RecoveryJson.Default.RestoreRequest) ?? throw new JsonException("it is empty");
    }
}
