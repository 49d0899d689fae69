using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Transfers;

/// <summary>
/// Carries the data of snapshots away from the storage system that cut them, while the objects are exported. Keeps no state between calls:
/// whatever it makes has a name that follows from the run and the volume's number, so that any process can continue. Thread-safe.
/// </summary>
public interface IVolumeTransfer
{
    /// <summary>Whether the plan asks for it, and the volume is of a kind that it can carry.</summary>
    bool Applies(VolumePlan plan, PlannedVolume volume);

    /// <summary>Starts what isn't begun, and looks how far the rest is. Ends within a minute; may be repeated.</summary>
    /// <exception cref="Exception">This look failed; the next may not.</exception>
    Task<TransferState> AdvanceAsync(TransferSubject subject, CancellationToken cancellation);

    /// <summary>
    /// Removes what it made for a volume and no point needs: after a seal what was made on the way, without one everything. May be
    /// repeated;
    /// what is gone counts as removed.
    /// </summary>
    /// <param name="isSealed">A point refers to what was carried.</param>
    Task ReleaseAsync(TransferSubject subject, bool isSealed, CancellationToken cancellation);

    /// <summary>
    /// Removes what earlier captures of the cluster have left in it that died, once no capture can be so old; nothing, where it makes no
    /// objects there. May be repeated.
    /// </summary>
    /// <param name="plan">Of the capture that begins.</param>
    Task CollectAsync(ClusterConnection connection, ClusterName cluster, VolumePlan plan, CancellationToken cancellation) =>
        Task.CompletedTask;
}

/// <summary>A snapshot whose data is to be carried.</summary>
/// <param name="Run">The capture's run.</param>
/// <param name="Cut">Ready to use; when it is released, maybe never cut.</param>
public sealed record TransferSubject(
    string Run,
    ClusterName Cluster,
    ClusterConnection Connection,
    VolumePlan Plan,
    PlannedVolume Volume,
    CutVolume Cut
);
