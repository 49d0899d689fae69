using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// What the snapshots of one capture are called in the cluster: the same in every process that continues it, and those of no other.
/// </summary>
/// <param name="run">The capture's run.</param>
/// <param name="vault">Where its point is written (<see cref="Archive.Stores.IBlobStore.Location"/>).</param>
internal sealed class SnapshotNames(string run, string vault, ClusterName cluster)
{
    private readonly string mark = ShortDigest.Of(run);
    private readonly string owner = ShortDigest.Of($"{vault}\n{cluster}");

    /// <summary>Selects the run's snapshots and contents.</summary>
    public string Selector => $"{KnownLabels.SnapshotsOf}={mark}";

    /// <summary>Selects those of every capture of the cluster into this vault.</summary>
    public string OwnerSelector => $"{KnownLabels.SnapshotsFor}={owner}";

    public string NameOf(int number) => $"holdfast-{mark}-{number}";

    public string NameOfGroup(int number) => $"holdfast-{mark}-group-{number}";

    public JsonObject Labels() =>
        new()
        {
            [KnownLabels.Exclude] = "true",
            [KnownLabels.SnapshotsOf] = mark,
            [KnownLabels.SnapshotsFor] = owner,
        };
}
