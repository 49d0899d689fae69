namespace Holdfast.Manifests;

/// <summary>The labels and annotations that Holdfast reads and writes.</summary>
public static class KnownLabels
{
    /// <summary>Leaves an object, or a namespace with all that is in it, out of captures: its value is <c>true</c>.</summary>
    public const string Exclude = "holdfast.dev/exclude";

    /// <summary>
    /// An annotation of a claim: <c>false</c> says that its data needs no snapshot, so that a point without it is complete.
    /// </summary>
    public const string Snapshot = "holdfast.dev/snapshot";

    /// <summary>On the snapshots that a capture makes: which run they are of (<c>Volumes.Snapshots.SnapshotNames</c>).</summary>
    public const string SnapshotsOf = "holdfast.dev/snapshots-of";

    /// <summary>On the same: into which vault, under which name of the cluster.</summary>
    public const string SnapshotsFor = "holdfast.dev/snapshots-for";

    /// <summary>
    /// An annotation of a claim, before what the policy says: whether the files on its volume are copied into the vault's account
    /// (<c>true</c>, <c>false</c>).
    /// </summary>
    public const string Files = "holdfast.dev/files";

    /// <summary>
    /// On what moves the files of volumes (Jobs with their Pods, Secrets, claims, snapshots): which run it is of
    /// (<c>Volumes.Files.MoverNames</c>).
    /// </summary>
    public const string MoverOf = "holdfast.dev/mover-of";

    /// <summary>On the same: into which vault, under which name of the cluster.</summary>
    public const string MoverFor = "holdfast.dev/mover-for";

    /// <summary>An annotation of a mover's Job that was given up: why.</summary>
    public const string GivenUp = "holdfast.dev/given-up";

    /// <summary>
    /// An annotation of a volume that a mover has filled, until its claim is bound: the reclaim policy that it then gets.
    /// </summary>
    public const string ReclaimPolicy = "holdfast.dev/reclaim-policy";

    /// <summary>
    /// On the snapshots that a restore fills claims from, and on the volumes that it has had filled: which restore they are of
    /// (<c>Restore.RestorePlan.Name</c>).
    /// </summary>
    public const string RestoreRun = "holdfast.dev/restore-run";
}
