using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Activities;

internal sealed record StopRequest(RunId Run, Cancellation Cancelled);

/// <summary>Stops the running activities of a run and of its parts.</summary>
internal sealed class StopRun(RunRecords records) : RunActivity<StopRequest, bool>(records)
{
    public const string Name = nameof(StopRun);

    protected override async Task<bool> DoAsync(StopRequest request, CancellationToken cancellation)
    {
        await Records.Stops.RequestAsync(request.Run, request.Cancelled, cancellation);
        return true;
    }

    /// <summary>For an orchestrator. Where it can't be done, running activities continue to the end of their budget.</summary>
    public static async Task CallAsync(TaskOrchestrationContext context, RunId run, Cancellation cancelled, int attempts)
    {
        try
        {
            await context.CallActivityAsync<bool>(Name, new StopRequest(run, cancelled), Retries.Of(attempts));
        }
        catch (TaskFailedException)
        {
            // see the summary
        }
    }
}
