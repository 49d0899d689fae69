using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;

namespace Holdfast.Volumes.Discovering;

/// <summary>The claims that exist at a point's revision: those of the point's objects.</summary>
internal static class PinnedClaims
{
    /// <returns>Those that are selected; where the server has dropped the revision, as they are now; none where it serves no
    /// claims.</returns>
    public static async Task<FoundVolumes> ReadAsync(
        ClusterConnection connection,
        SelectedVolumes selected,
        Revision revision,
        CancellationToken cancellation
    )
    {
        var lists = new ObjectLists(connection);
        try
        {
            return FoundVolumes.Of(await lists.ReadAtAsync(VolumeTypes.Claims, revision.ToString(), cancellation), [], selected);
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.NotFound)
        {
            return FoundVolumes.Of([], [], selected);
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Expired)
        {
            return FoundVolumes.Of(await lists.ReadAsync(VolumeTypes.Claims, null, cancellation), [], selected);
        }
    }
}
