using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Effects;

internal sealed record StopRequest(RunId Run, Cancellation Cancelled);

/// <summary>Tells the activities of a run that are under way, and those of its parts, to stop.</summary>
internal sealed class StopRun(RunStops stops)
{
    public const string Name = nameof(StopRun);

    public async Task<bool> RunAsync(ActivityContext context, StopRequest request)
    {
        await stops.RequestAsync(request.Run, request.Cancelled, context.Cancellation);
        return true;
    }

    /// <summary>For an orchestrator. Where it can't be done, what is under way goes on to the end of its budget.</summary>
    public static async Task CallAsync(OrchestrationContext context, RunId run, Cancellation cancelled, int attempts)
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
