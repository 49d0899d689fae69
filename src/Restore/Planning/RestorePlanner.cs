using System.Buffers;
using Holdfast.Clusters;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Decides what a restore will do, and does nothing. Reads only the selected segments of the point and, in the target, only lists of the
/// selected types; memory is that of the plan, a few parts and one page of live objects. Thread-safe.
/// </summary>
public sealed class RestorePlanner
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly PointManifests point;
    private readonly Func<CancellationToken, Task<RestoreTarget>> target;
    private readonly TimeProvider time;
    private readonly Func<SecretDigests> digests;

    /// <param name="target">Read once per plan.</param>
    /// <param name="digests">Made once per plan: what stands for secret values in its diffs.</param>
    public RestorePlanner(
        PointManifests point,
        Func<CancellationToken, Task<RestoreTarget>> target,
        TimeProvider time,
        Func<SecretDigests> digests
    )
    {
        this.point = point;
        this.target = target;
        this.time = time;
        this.digests = digests;
    }

    /// <summary>Sends a plan's writes to the target as a dry run; null: a request for one is passed over.</summary>
    internal Func<RestorePlan, IProgress<RestoreProgress>?, CancellationToken, Task<PlanDryRun>>? DryRun { get; init; }

    /// <summary>Makes disks of the cloud that the target is in; null: claims are planned without.</summary>
    public INewDisks? Disks { get; init; }

    /// <param name="name">The plan's (<see cref="RestorePlan.Name"/>), from the caller's source of ids.</param>
    /// <exception cref="RestoreException">
    /// The request can't be planned: another cluster, an unknown kind, a malformed selector, <see cref="ExistingPolicy.Fail"/>. All that is
    /// wrong at once.
    /// </exception>
    /// <exception cref="ClusterException">The target can't be read.</exception>
    /// <exception cref="Holdfast.Control.Clouds.CloudException">The cloud of the disks can't be asked now: try again.</exception>
    public async Task<RestorePlan> PlanAsync(
        RestoreRequest request,
        string name,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellation
    )
    {
        if (name.Length != 12 || name.AsSpan().ContainsAnyExcept(LowerHex))
            throw new ArgumentException("a plan is named by 12 lower-case hex digits", nameof(name));
        var (started, began) = (time.GetUtcNow(), time.GetTimestamp());
        var live = await target(cancellation);
        RefuseOtherCluster(request, live);
        RefuseRollback(request, live);
        request = request with { Delete = DeletionNames.Resolve(request, live.Surface) };
        var planning = await PlanningRun.StartAsync(point, live, request, digests(), Disks, cancellation);
        await new SelectedObjects(planning, progress).PlanAsync(cancellation);
        await RelatedObjects.PlanAsync(planning, cancellation);
        await RollbackDeletions.PlanAsync(planning, cancellation);
        await PlanChecks.RunAsync(planning, cancellation);
        var steps = planning.Draft.Order();
        progress?.Report(new("planned", steps.Length, steps.Length, 0));
        var plan = new RestorePlan
        {
            Version = request.Deletes ? RestorePlan.CurrentVersion : RestorePlan.FirstVersion,
            Name = name,
            Request = request,
            SourceUid = point.Inventory.ClusterUid,
            TargetUid = live.Uid,
            TargetServer = live.Identity.ServerVersion,
            PlannedAt = started,
            Steps = [.. steps.Select(s => ClaimVolumes.Named(s, name))],
            Warnings = planning.Warnings.ToImmutable(),
            Volumes = [.. planning.VolumeFacts?.Attached ?? []],
            VolumeNames = planning.VolumeFacts?.Renamed,
            SnapshotContents = planning.Contents?.Renamed,
            TakenAddresses = planning.Addresses?.Taken,
            Isolation = planning.Clone.Result,
        };
        if (request.ServerDryRun == true && DryRun is not null)
            plan = WithDryRun(plan, await DryRun(plan, progress, cancellation), planning.Warnings);
        return plan with { PlanSeconds = Math.Round(time.GetElapsedTime(began).TotalSeconds, 3) };
    }

    private static RestorePlan WithDryRun(RestorePlan plan, PlanDryRun said, PlanWarnings warnings)
    {
        var steps = plan.Steps.ToDictionary(s => s.Number);
        foreach (var finding in said.Findings)
        {
            if (finding.Refused is { } why)
                Warn(steps[finding.Step], $"the target would refuse it: {why}");
            else
                Warn(steps[finding.Step], $"the target would alter it: {finding.Altered}");
        }
        foreach (var gap in said.NotChecked)
            Warn(steps[gap.Step], $"the dry run couldn't check it: {gap.Reason}");
        return plan with { DryRun = said, Warnings = warnings.ToImmutable() };

        void Warn(RestoreStep step, FormattableString warning) => warnings.Add(step.Resource, step.Namespace, step.Name, warning);
    }

    /// <summary>A rollback takes a cluster back to its own past: what another one has wasn't created since the point.</summary>
    private void RefuseRollback(RestoreRequest request, RestoreTarget live)
    {
        if (request.Existing != ExistingPolicy.Rollback)
            return;
        var errors = new List<string>();
        if (live.Uid != point.Inventory.ClusterUid)
            errors.Add(
                "a rollback takes a cluster back to its own past, and the target isn't the point's cluster: use replace or recreate"
            );
        if (request.NamespaceMapping is { Count: > 0 })
            errors.Add(
                "a rollback can't map namespaces: what is in the mapped one wasn't created since the point. Use replace or recreate"
            );
        if (request.Selection.Apps is { IsDefaultOrEmpty: false })
            errors.Add(
                "a rollback can't be of an application, since the point doesn't say what was added to it: select namespaces or labels"
            );
        if (errors.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, [.. errors]);
    }

    private void RefuseOtherCluster(RestoreRequest request, RestoreTarget live)
    {
        if (request.IntoOtherCluster || live.Uid == point.Inventory.ClusterUid)
            return;
        throw new RestoreException(
            RestoreRefusal.OtherCluster,
            $"the point is of cluster '{point.Inventory.Cluster}' (kube-system uid {point.Inventory.ClusterUid}), and the target is "
                + $"another one (uid {live.Uid}); nothing was planned. Check the context, or pass "
                + "--into-other-cluster to restore into a different cluster"
        );
    }
}
