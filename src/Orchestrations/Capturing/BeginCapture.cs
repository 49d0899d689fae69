using Holdfast.Capture;
using Holdfast.Capture.Running;
using Holdfast.Clusters.Connections;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Running;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Plans a capture: what is taken, at which revision, in which units. Where volumes are to be snapshotted first, it says so and pins
/// nothing; called again once they are cut, it plans. Repeated, it returns the plan that it made.
/// </summary>
internal sealed class BeginCapture(CaptureRuns captures) : RunActivity<CaptureOrderRef, PassSummary>(captures.Records)
{
    public const string Name = nameof(BeginCapture);

    protected override Task<PassSummary> DoAsync(CaptureOrderRef order, CancellationToken cancellation) =>
        captures.DoAsync(
            new(order.Run, order.Cluster),
            async (steps, connection, stop) =>
            {
                var volumes = captures.VolumesOf(new(order.Run, order.Cluster));
                var pass = await steps.FindBegunAsync(stop) ?? await BeginAsync(order, steps, volumes, connection, stop);
                return pass.Number == 0 ? pass : pass with { VolumeBatches = await volumes.BatchesAsync(stop) };
            },
            cancellation
        );

    /// <returns>The first pass; or that snapshots are to be cut before it.</returns>
    private async Task<PassSummary> BeginAsync(
        CaptureOrderRef order,
        CaptureSteps steps,
        VolumeSteps volumes,
        ClusterConnection connection,
        CancellationToken cancellation
    )
    {
        var request = await RequestAsync(order, cancellation);
        steps.Require(request);
        var files = request.AskedBy?.Files is { } export ? new FilePlan(export, request.FilesPassword) : null;
        var batches = await volumes.PlanAsync(
            connection,
            request.Scope,
            request.Volumes,
            request.Hooks,
            CloudOf(request),
            files,
            cancellation
        );
        return await volumes.IsCutAsync(cancellation)
            ? await steps.PlanFirstAsync(connection, request, cancellation)
            : PassSummary.BeforeCut(batches);
    }

    /// <summary>Of the registration and the policy.</summary>
    private static CloudVolumes CloudOf(CaptureRequest request)
    {
        var policy = request.AskedBy;
        return new()
        {
            Cluster = request.Azure,
            Copies = policy?.VolumeCopies ?? [],
            Images = policy?.VolumeImages == true,
            KeepUntil = request.KeepUntil,
            KeepMode = request.KeepMode,
        };
    }

    /// <summary>A part of a fleet has no order of its own.</summary>
    private async Task<CaptureRequest> RequestAsync(CaptureOrderRef order, CancellationToken cancellation) =>
        order.Run.Whole is { } fleet
            ? (await Records.Fleets.ReadAsync(fleet, cancellation)).RequestFor(order.Cluster)
            : (await Records.Orders.CaptureAsync(order.Run, cancellation)).Request;
}
