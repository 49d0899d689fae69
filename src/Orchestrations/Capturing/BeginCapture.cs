using Holdfast.Capture;
using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Plans a capture: what is taken, at which revision, in which units. Repeated, it gives the plan that it made.</summary>
internal sealed class BeginCapture(RunWorkspace workspace) : RunActivity<CaptureOrder, LegSummary>(workspace)
{
    public const string Name = nameof(BeginCapture);

    protected override Task<LegSummary> DoAsync(CaptureOrder order, CancellationToken cancellation) =>
        Workspace.Captures.DoAsync(
            new(order.Run, order.Cluster),
            async (steps, connection, stop) => await steps.BeginAsync(connection, Request(await WholeAsync(order, stop)), stop),
            cancellation
        );

    private async Task<CaptureOrder> WholeAsync(CaptureOrder order, CancellationToken cancellation) =>
        order switch
        {
            { IsBrief: false } => order,
            { Run.Fleet: { } fleet } => (await Workspace.Fleets.ReadAsync(fleet, cancellation)).For(order.Cluster),
            _ => (await Workspace.Orders.ReadAsync(order.Run, cancellation)).Capture!,
        };

    /// <summary>With the policy and the registration that the run was ordered under: they go into the point.</summary>
    private static CaptureRequest Request(CaptureOrder order) =>
        new(order.Cluster)
        {
            Scope = order.Scope,
            KeepUntil = order.KeepUntil,
            Full = order.Full,
            NewIncarnation = order.NewIncarnation,
            ExpectedAbsentGroups = order.ExpectedAbsentGroups,
            UnderPolicy = order.Policy is not null,
            Policy = order.PolicyDocument,
            Registration = order.Registration,
        };
}
