using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>Bounds of applying.</summary>
public sealed record ApplyLimits
{
    public static readonly ApplyLimits Default = new();

    /// <summary>Writes in flight at most; fewer while the server throttles. Default 32.</summary>
    public int WritesInFlight { get; init; } = 32;

    /// <summary>How long a namespace or CustomResourceDefinition that is being deleted is waited for. Default 10 minutes.</summary>
    public TimeSpan Deletion { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a CustomResourceDefinition may take to be established and served. Default 1 minute.</summary>
    public TimeSpan Establishing { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long, at the end, what only time can cure is tried again: webhooks whose pods start, objects that are being deleted, quotas without status. Default 1 minute.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>What the slices of one run share in one process: the plan, both sides, what became of each step so far, and what was looked up on the way. Thread-safe.</summary>
public sealed class ApplyContext
{
    private volatile ServedTypes types;

    private ApplyContext(RestorePlan plan, RecoveryPointReader point, ClusterConnection target, OutcomeLedger ledger, ServedTypes types, ApplyLimits limits, TimeProvider time)
    {
        this.types = types;
        (Plan, Point, Target, Ledger, Limits, Time) = (plan, point, target, ledger, limits, time);
        Index = new(plan);
        Writer = new(target);
        Manager = new($"holdfast-{plan.Run}");
        Gate = new(limits.WritesInFlight, () => target.Throttled);
        Manifests = new(this);
        Owners = new(this);
    }

    public RestorePlan Plan { get; }
    public OutcomeLedger Ledger { get; }
    internal RecoveryPointReader Point { get; }
    internal ClusterConnection Target { get; }
    internal ApplyLimits Limits { get; }
    internal TimeProvider Time { get; }
    internal PlanIndex Index { get; }
    internal ResourceWriter Writer { get; }
    internal WriteGate Gate { get; }
    internal PreparedManifests Manifests { get; }
    internal OwnerResolver Owners { get; }
    internal Unavailability Unavailable { get; } = new();

    /// <summary>The run's field manager: the mark of what it wrote (docs/decisions/0005-marks.md).</summary>
    internal WriteOptions Manager { get; }
    internal ServedTypes Types => types;

    /// <summary>Checks that both sides are the plan's, and reads what the target serves.</summary>
    /// <exception cref="RestoreException">The target or the point is not the plan's.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be read.</exception>
    public static async Task<ApplyContext> OpenAsync(
        RestorePlan plan, RecoveryPointReader point, ClusterConnection target, OutcomeLedger ledger, TimeProvider time, CancellationToken cancellation, ApplyLimits? limits = null)
    {
        PlanFit.Check(plan, point.Seal);
        PlanFit.Check(plan, target.Server, await ClusterIdentity.ReadAsync(target, cancellation));
        var surface = await Discovery.ReadAsync(target, cancellation);
        return new(plan, point, target, ledger, new(surface), limits ?? ApplyLimits.Default, time);
    }

    /// <summary>Reads anew what the target serves: after definitions or aggregated APIs were written.</summary>
    public async Task RediscoverAsync(CancellationToken cancellation) => types = new(await Discovery.ReadAsync(Target, cancellation));

    /// <summary>The step's namespace was deleted since the plan and is there anew: whatever the plan saw in it is gone.</summary>
    internal bool IsRemade(RestoreStep step) =>
        step is { LiveUid: not null, Source: not null }
        && Index.NamespaceOf(step.Namespace) is { LiveUid: { } planned } ns
        && Ledger.Of(ns.Number) is { Uid: { } now }
        && now != planned;

    /// <summary>The step's type was brought by this run, so that the server may take a moment to serve it.</summary>
    internal bool IsFresh(RestoreStep step) =>
        Index.DefinitionOf(step.Resource) is { } definition && Ledger.Of(definition.Number) is { IsWritten: true };
}
