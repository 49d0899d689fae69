using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture;
using Holdfast.Protection.Capture.Course;
using Holdfast.Protection.Control;
using Holdfast.Protection.Policies;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Plans a capture: what is taken, at which revision, in which units. Repeated, it gives the plan that it made.</summary>
internal sealed class BeginCapture(RunWorkspace workspace) : RunActivity<CaptureOrder, LegSummary>(workspace)
{
    public const string Name = nameof(BeginCapture);

    private readonly ControlDocuments documents = new(workspace.Environment.Control);

    protected override Task<LegSummary> DoAsync(CaptureOrder order, CancellationToken cancellation) => Workspace.Captures.DoAsync(
        new(order.Run, order.Cluster), async (steps, connection, stop) => await steps.BeginAsync(connection, await RequestAsync(await WholeAsync(order, stop), stop), stop), cancellation);

    private async Task<CaptureOrder> WholeAsync(CaptureOrder order, CancellationToken cancellation) => order switch
    {
        { IsBrief: false } => order,
        { Run.Fleet: { } fleet } => (await Workspace.Fleets.ReadAsync(fleet, cancellation)).For(order.Cluster),
        _ => (await Workspace.Orders.ReadAsync(order.Run, cancellation)).Capture!,
    };

    /// <summary>With the policy and the registration as they are now: they go into the point.</summary>
    private async Task<CaptureRequest> RequestAsync(CaptureOrder order, CancellationToken cancellation)
    {
        var request = new CaptureRequest(order.Cluster);
        var policy = PolicyName.TryParse(order.Policy, out var name) ? await documents.ReadPolicyAsync(name, cancellation) : null;
        var registration = await documents.ReadClusterAsync(order.Cluster, cancellation);
        return request with
        {
            Scope = order.Scope,
            KeepUntil = order.KeepUntil,
            Full = order.Full,
            NewIncarnation = order.NewIncarnation,
            ExpectedAbsentGroups = [.. request.ExpectedAbsentGroups.Union(order.ExpectedAbsentGroups)],
            Policy = policy?.Document?.ToElement(),
            Registration = registration?.Document?.ToElement(),
        };
    }
}
