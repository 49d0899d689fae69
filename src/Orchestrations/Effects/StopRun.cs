using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Effects;

internal sealed record StopRequest(RunId Run, Cancellation Cancelled);

/// <summary>Tells the activities of a run that are under way, and those of its parts, to stop.</summary>
internal sealed class StopRun(RunWorkspace workspace) : RunActivity<StopRequest, bool>(workspace)
{
    public const string Name = nameof(StopRun);

    protected override async Task<bool> DoAsync(StopRequest request, CancellationToken cancellation)
    {
        await Workspace.Stops.RequestAsync(request.Run, request.Cancelled, cancellation);
        return true;
    }

    /// <summary>For an orchestrator. Where it can't be done, what is under way goes on to the end of its budget.</summary>
    public static async Task CallAsync(TaskOrchestrationContext context, RunId run, Cancellation cancelled, int attempts)
    {
        try
        {
            await context.CallActivityAsync<bool>(Name, new StopRequest(run, cancelled), Attempts.Of(attempts));
        }
        catch (TaskFailedException)
        {
            // said above
        }
    }
}
