using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture;
using Holdfast.Protection.Capture.Course;
using Holdfast.Protection.Control;
using Holdfast.Protection.Policies;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Plans a capture: what is taken, at which revision, in which units. Repeated, it gives the plan that it made.</summary>
internal sealed class BeginCapture(CaptureDesk desk)
{
    public const string Name = nameof(BeginCapture);

    private readonly ControlDocuments documents = new(desk.Environment.Control);

    public Task<LegSummary> RunAsync(ActivityContext context, CaptureOrder order) => desk.DoAsync(
        new(order.Run, order.Cluster), context, async (steps, connection, stop) => await steps.BeginAsync(connection, await RequestAsync(order, stop), stop));

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
