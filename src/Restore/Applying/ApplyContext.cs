using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Schemas;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Files;

namespace Holdfast.Restore.Applying;

/// <summary>Bounds of applying.</summary>
public sealed record ApplyLimits
{
    public static readonly ApplyLimits Default = new();

    /// <summary>Writes in flight at most; fewer while the server throttles. Default 32.</summary>
    public int WritesInFlight { get; init; } = 32;

    /// <summary>
    /// How long, once all else is done, a namespace or CustomResourceDefinition that is being deleted is waited for. Default 10 minutes.
    /// </summary>
    public TimeSpan Deletion { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long, once all else is done, an object that is being deleted is waited for while it doesn't change and something holds it that
    /// Kubernetes doesn't let go of by itself: a foreign finalizer, an API that doesn't answer. Default 10 seconds.
    /// </summary>
    public TimeSpan Held { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a CustomResourceDefinition may take to be established and served. Default 1 minute.</summary>
    public TimeSpan Establishing { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long, at the end, what only time can cure is tried again: webhooks whose pods start, objects that are being deleted, quotas
    /// without status. Default 1 minute.
    /// </summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long, before the workloads come, VolumeSnapshots that claims are made from are waited for; one that has an error only for <see
    /// cref="Settling"/>. Default 10 minutes.
    /// </summary>
    public TimeSpan Snapshots { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long, before the workloads come, the files of claims are waited for. Default 24 hours.</summary>
    public TimeSpan Files { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long, before the workloads come, disks that are made for claims are waited for. Default 2 hours.</summary>
    public TimeSpan Disks { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// How long, at the end, claims made from snapshots are waited for whose storage class binds them at once. Default 1 minute.
    /// </summary>
    public TimeSpan Binding { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long, at the end, workloads are waited for before finalizers come back last. Default 10 minutes.</summary>
    public TimeSpan Controllers { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>
/// What the slices of one run share in one process: the plan, both sides, what became of each step so far, and what was looked up on the
/// way. Thread-safe.
/// </summary>
public sealed class ApplyContext
{
    private readonly ServerSchemas schemas;
    private readonly string serverVersion;
    private volatile ServedTypes types;

    private ApplyContext(
        RestorePlan plan,
        RecoveryPointReader point,
        ClusterConnection target,
        string serverVersion,
        KnownOutcomes outcomes,
        ServedTypes types,
        ApplyLimits limits,
        TimeProvider time,
        bool dryRun
    )
    {
        this.types = types;
        this.serverVersion = serverVersion;
        schemas = new(target);
        (Plan, Point, Target, Outcomes, Limits, Time) = (plan, point, target, outcomes, limits, time);
        Index = new(plan);
        Writer = new(target);
        Manager = new($"holdfast-{plan.Name}") { DryRun = dryRun };
        Gate = new(limits.WritesInFlight, () => target.Throttled);
        Manifests = new(this);
        Owners = new(this);
        Webhooks = new(this);
        Deletions = new(limits, time);
        Snapshots = new(this);
        ClaimFiles = new(this);
        ClaimDisks = new(this);
        Excluded = new(this);
        Seen = new(this);
    }

    public RestorePlan Plan { get; }
    public KnownOutcomes Outcomes { get; }
    internal RecoveryPointReader Point { get; }
    internal ClusterConnection Target { get; }
    internal ApplyLimits Limits { get; }
    internal TimeProvider Time { get; }
    internal PlanIndex Index { get; }
    internal ResourceWriter Writer { get; }
    internal WriteGate Gate { get; }
    internal PreparedManifests Manifests { get; }
    internal OwnerResolver Owners { get; }
    internal DenyingWebhooks Webhooks { get; }
    internal PendingDeletions Deletions { get; }
    internal ClaimSnapshots Snapshots { get; }
    internal ClaimFiles ClaimFiles { get; }
    internal ClaimDisks ClaimDisks { get; }
    internal ExcludedNamespaces Excluded { get; }
    internal SeenObjects Seen { get; }

    /// <summary>What moves files; null: nothing does.</summary>
    internal FileStorage? Files { get; init; }

    /// <summary>Makes disks of the cloud that the target is in; null: nothing does.</summary>
    internal INewDisks? Disks { get; init; }

    /// <summary>Of the vault that the point is in.</summary>
    internal string VaultLocation { get; init; } = "";
    internal Unavailability Unavailable { get; } = new();

    /// <summary>The run's field manager: the mark of what it wrote (docs/decisions/0005-marks.md).</summary>
    internal WriteOptions Manager { get; }
    internal ServedTypes Types => types;

    /// <summary>Checks that both sides are the plan's, and reads what the target serves.</summary>
    /// <param name="dryRun">Every write is sent as one that the server doesn't keep.</param>
    /// <param name="files">What moves files; null: nothing does.</param>
    /// <param name="vault">Where the point is.</param>
    /// <param name="disks">Makes disks of the cloud that the target is in; null: nothing does.</param>
    /// <exception cref="RestoreException">The target or the point is not the plan's.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be read.</exception>
    public static async Task<ApplyContext> OpenAsync(
        RestorePlan plan,
        RecoveryPointReader point,
        ClusterConnection target,
        KnownOutcomes outcomes,
        TimeProvider time,
        CancellationToken cancellation,
        ApplyLimits? limits = null,
        bool dryRun = false,
        FileStorage? files = null,
        string vault = "",
        INewDisks? disks = null
    )
    {
        PlanFit.Check(plan, point.Seal);
        var identity = await ClusterIdentity.ReadAsync(target, cancellation);
        PlanFit.Check(plan, target.Server, identity);
        var surface = await Discovery.ReadAsync(target, cancellation);
        return new(plan, point, target, identity.ServerVersion, outcomes, new(surface), limits ?? ApplyLimits.Default, time, dryRun)
        {
            Files = files,
            Disks = disks,
            VaultLocation = vault,
        };
    }

    /// <summary>Reads again what the target serves: after definitions or aggregated APIs were written.</summary>
    public async Task RediscoverAsync(CancellationToken cancellation) => types = new(await Discovery.ReadAsync(Target, cancellation));

    /// <summary>How an apply merges a type.</summary>
    internal async Task<MergeRules> MergeRulesAsync(ApiResource type, CancellationToken cancellation) =>
        MergeRules.Of(await schemas.FindAsync(type, cancellation), serverVersion);

    /// <summary>The step's namespace was deleted since the plan and was created again: whatever the plan saw in it is gone.</summary>
    internal bool IsRemade(RestoreStep step) =>
        step is { LiveUid: not null, Source: not null }
        && Index.NamespaceOf(step.Namespace) is { LiveUid: { } planned } ns
        && Outcomes.Of(ns.Number) is { Uid: { } now }
        && now != planned;

    /// <summary>The step of the namespace or definition that has to be there first and isn't yet; null: nothing is in the way.</summary>
    internal RestoreStep? ObstacleOf(RestoreStep step) =>
        IfAwaited(Index.NamespaceOf(step.Namespace)) ?? IfAwaited(Index.DefinitionOf(step.Resource));

    /// <summary>A CustomResourceDefinition makes the type, as far as its group shows.</summary>
    internal bool IsCustom(ApiResource type) =>
        Index.DefinitionOf(type.GroupResource) is not null
        || (type.Group.Contains('.', StringComparison.Ordinal) && !type.Group.EndsWith(".k8s.io", StringComparison.Ordinal));

    /// <summary>The step's type was brought by this run and is established, so that the server may take a moment to serve it.</summary>
    internal bool IsFresh(RestoreStep step) =>
        Index.DefinitionOf(step.Resource) is { } definition
        && Outcomes.Of(definition.Number) is { IsWritten: true } outcome
        && !outcome.Pending.HasFlag(PendingWork.Established);

    private RestoreStep? IfAwaited(RestoreStep? step) =>
        step is not null
        && Outcomes.Of(step.Number) is { } outcome
        && (outcome.Kind == OutcomeKind.Deferred || (outcome.Kind == OutcomeKind.Failed && Deletions.Of(step.Number) is not null))
            ? step
            : null;
}
