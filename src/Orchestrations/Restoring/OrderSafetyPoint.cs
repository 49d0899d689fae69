using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Orchestrations.Restoring;

/// <param name="At">When the restore came to it: with its run, what names the capture's.</param>
internal sealed record SafetySubject(RestoreSubject Restore, DateTimeOffset At, string RequestedBy);

internal sealed record SafetyTaken(RestoreSubject Restore, ClusterName Cluster, PointId Point);

/// <summary>Stores the order of the capture that a restore which deletes begins with. Repeated, it stores the same.</summary>
internal sealed class OrderSafetyPoint(RestoreRuns restores) : RunActivity<SafetySubject, CaptureOrderRef>(restores.Records)
{
    public const string Name = nameof(OrderSafetyPoint);

    protected override async Task<CaptureOrderRef> DoAsync(SafetySubject subject, CancellationToken cancellation)
    {
        var (run, target) = subject.Restore;
        var plan = await restores.StepsOf(run).PlannedAsync(cancellation);
        var scope = SafetyScope.Of(plan) ?? throw new RestoreException(RestoreRefusal.BadPlan, "the plan deletes nothing; plan again");
        var registered = await new ControlDocuments(Records.Environment.Control).ReadClusterAsync(target, cancellation);
        var order = new CaptureOrder
        {
            Run = RunOf(run, subject.At),
            Cluster = target,
            RequestedBy = subject.RequestedBy,
            Attempts = 1,
            Request = new()
            {
                Scope = new()
                {
                    Namespaces = scope.Namespaces,
                    IncludedResources = [.. scope.Types.Where(ExclusionRules.IsLeftOutByDefault)],
                },
                Volumes = scope.WithVolumes ? VolumeHandling.Snapshot : VolumeHandling.None,
                Registration = registered?.Document?.ToElement(),
            },
        };
        await Records.Orders.StoreAsync(new(subject.At) { Capture = order }, cancellation);
        return order.Reference();
    }

    /// <summary>A restore that is resumed before it had its safety point takes another.</summary>
    internal static RunId RunOf(RunId restore, DateTimeOffset at) =>
        RunId.New(
            at,
            Convert.ToUInt32(ContentDigest.Of(System.Text.Encoding.ASCII.GetBytes($"{restore} safety point")).ToString()[..8], 16)
        );
}

/// <summary>Keeps in the restore's journal which point was taken, so that no other is taken when it is resumed.</summary>
internal sealed class KeepSafetyPoint(RestoreRuns restores) : RunActivity<SafetyTaken, bool>(restores.Records)
{
    public const string Name = nameof(KeepSafetyPoint);

    protected override async Task<bool> DoAsync(SafetyTaken taken, CancellationToken cancellation)
    {
        await restores.StepsOf(taken.Restore.Run).KeepSafetyPointAsync(new(taken.Cluster, taken.Point), cancellation);
        return true;
    }
}
