using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Registration;

namespace Holdfast.Restore;

/// <summary>What to do where an object exists already and differs from the point.</summary>
public enum ExistingPolicy
{
    /// <summary>Leave it as it is.</summary>
    Skip,

    /// <summary>Server-side apply: adds and changes, never removes; the plan lists what stays different.</summary>
    Update,

    /// <summary>PUT with the live resourceVersion: makes it equal.</summary>
    Replace,

    /// <summary>The restore fails before anything is written.</summary>
    Fail,

    /// <summary>As <see cref="Replace"/>; an object with a difference that can't be written over is deleted and created again.</summary>
    Recreate,

    /// <summary>
    /// As <see cref="Recreate"/>, and what was created since the point is deleted (docs/restore.md, "Rollback"): the scope becomes equal to
    /// the point.
    /// </summary>
    Rollback,
}

/// <summary>What to restore, and how.</summary>
public sealed record RestoreRequest
{
    /// <summary>How long a restore waits that is asked to, and not for how long.</summary>
    public const int DefaultWaitSeconds = 10 * 60;

    /// <summary>The most that <see cref="WaitSeconds"/> can be.</summary>
    public const int LongestWaitSeconds = 24 * 60 * 60;

    /// <summary>The cluster that the point is of.</summary>
    public required ClusterName Cluster { get; init; }
    public required PointId Point { get; init; }
    public RestoreSelection Selection { get; init; } = new();
    public ExistingPolicy Existing { get; init; } = ExistingPolicy.Skip;

    /// <summary>The target may be another cluster than the one captured.</summary>
    public bool IntoOtherCluster { get; init; }

    /// <summary>
    /// Also objects of kube-system, kube-public and kube-node-lease, and the built-in roles and bindings that were edited.
    /// </summary>
    public bool SystemNamespaces { get; init; }

    /// <summary>
    /// Write <c>status</c> through <c>/status</c> for custom types that have it; that of built-in types is their controllers'.
    /// </summary>
    public bool Status { get; init; }

    /// <summary>Also objects that were being deleted when captured.</summary>
    public bool Terminating { get; init; }

    /// <summary>Also Jobs and Pods that had finished.</summary>
    public bool Finished { get; init; }

    /// <summary>Keep every nodePort and healthCheckNodePort, not only those that a user set.</summary>
    public bool KeepNodePorts { get; init; }

    /// <summary>PVs with reclaim policy Delete may be attached to their disks: the user says the source no longer uses them.</summary>
    public bool AdoptVolumes { get; init; }

    /// <summary>Null: <see cref="VolumeChoice.Auto"/>.</summary>
    public VolumeChoice? Volumes { get; init; }

    /// <summary>
    /// The resource group that new disks are made in; null: the one that the target's registration names, otherwise that of its nodes.
    /// </summary>
    public AzureGroupId? DiskResourceGroup { get; init; }

    /// <summary>
    /// Namespaces of the point, and under which names they come back; what refers to them follows where that is known. Null: each keeps its
    /// own.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? NamespaceMapping { get; init; }

    /// <summary>
    /// Storage classes of the point and what stands for them in the target: of claims, volumes and the claim templates of StatefulSets.
    /// Null: each keeps its own.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? StorageClasses { get; init; }

    /// <summary>What to change in objects that match, one after the other. Null: nothing.</summary>
    public ImmutableArray<Transform>? Transforms { get; init; }

    /// <summary>
    /// True: in another cluster, operators take up the resources outside at once: the user says that the source no longer manages them.
    /// Null: their objects come back paused.
    /// </summary>
    public bool? AdoptExternal { get; init; }

    /// <summary>False: the restore hooks of Pods aren't run. Null: they are.</summary>
    public bool? Hooks { get; init; }

    /// <summary>
    /// Planning sends each write to the target as a dry run, and the plan says what it would refuse or not keep. Null: not.
    /// </summary>
    public bool? ServerDryRun { get; init; }

    /// <summary>
    /// Deployments and StatefulSets of these namespaces (operators) come back with zero replicas until everything else is in, then get
    /// theirs.
    /// </summary>
    public ImmutableArray<string> Quiesce { get; init; } = [];

    /// <summary>
    /// Objects that may be deleted, by a rollback or to be created again, though they are of the kinds that hold data or more than
    /// themselves: <c>KIND/NAME</c> or <c>KIND/NAMESPACE/NAME</c>. Null: none.
    /// </summary>
    public ImmutableArray<string>? Delete { get; init; }

    /// <summary>What is live may be deleted, so that its state is captured first.</summary>
    internal bool Deletes => Existing is ExistingPolicy.Recreate or ExistingPolicy.Rollback;

    /// <summary>What the target calls otherwise. Null: nothing.</summary>
    public Mappings? Mappings { get; init; }

    /// <summary>What of a clone isn't isolated (<see cref="CloneIsolation"/>). Null: all is.</summary>
    public ImmutableArray<ClonePart>? KeepInClone { get; init; }

    /// <summary>
    /// True: finalizers of objects that are created, but for those of Kubernetes' own controllers, come back last, once the workloads are
    /// ready. Null: with the object.
    /// </summary>
    public bool? LateFinalizers { get; init; }

    /// <summary>
    /// How long the restore, once all is written, waits at most for what it wrote to be ready. What isn't by then makes it partial. Null:
    /// it doesn't wait.
    /// </summary>
    public int? WaitSeconds { get; init; }
}

/// <summary>All conditions together; an empty one selects everything.</summary>
/// <remarks>
/// With namespaces, labels, kinds, names or applications given, cluster-scoped objects come only where they are named by kind, or as what
/// the selected objects need (namespace, CRD, PV, ...): then created when missing, never changed.
/// </remarks>
public sealed record RestoreSelection
{
    /// <summary>Names, or patterns with <c>*</c> and <c>?</c>.</summary>
    public ImmutableArray<string> Namespaces
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>As kubectl's <c>-l</c>: <c>app=web,tier in (a,b),!canary</c>.</summary>
    public string? Labels { get; init; }

    /// <summary>
    /// Kinds or resources as kubectl takes them: <c>deployment</c>, <c>deployments.apps</c>, <c>Widget</c>; <c>kind/name</c> for one
    /// object of it.
    /// </summary>
    public ImmutableArray<string> Kinds
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Object names; <c>kind/name</c> where a kind goes with one name only.</summary>
    public ImmutableArray<string> Names
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>False: no cluster-scoped object at all, not even a needed one.</summary>
    public bool? ClusterScoped { get; init; }

    /// <summary>More selectors as <see cref="Labels"/>, of which an object has to match one. Null: none.</summary>
    public ImmutableArray<string>? AnyLabels { get; init; }

    /// <summary>
    /// Roots of applications, as <c>kind/name</c>: only they, and what belongs to them in their namespaces. Null: not by application.
    /// </summary>
    public ImmutableArray<string>? Apps { get; init; }

    /// <summary>
    /// False: nothing comes that isn't selected itself: no objects of an application but its root, and nothing that selected objects need.
    /// Null: it comes.
    /// </summary>
    public bool? Dependencies { get; init; }
}
