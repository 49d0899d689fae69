using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Vault.Holds;

namespace Holdfast.Documents;

/// <summary>Whether a point is held, and by whom.</summary>
/// <param name="By">Null, with the next two: no one holds it, or it can't be read.</param>
/// <param name="Storage">What the storage itself was asked to do; null: it has no legal holds.</param>
public sealed record HoldDocument(
    PointId Point,
    string Cluster,
    bool Held,
    string? By,
    string? Reason,
    DateTimeOffset? Since,
    StorageHold? Storage
)
{
    public static HoldDocument Of(PointId point, ClusterName cluster, PointHold? hold, HoldResult result) =>
        new(point, cluster.ToString(), hold is not null, hold?.By, hold?.Reason, hold?.HeldAt, result.Storage);
}
