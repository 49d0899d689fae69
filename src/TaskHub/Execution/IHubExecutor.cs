using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Execution;

/// <summary>
/// Runs what a hub schedules. The hub calls it from many threads at once, but never for two episodes of one instance at a time.
/// </summary>
public interface IHubExecutor
{
    /// <summary>Whether an orchestrator of that name can be started.</summary>
    bool Knows(string orchestrator);

    /// <summary>
    /// Replays an orchestrator over its history and the new events. The same request may come again after a crash. A response with
    /// <c>RequiresHistory</c> set means that it can't decide now: it is called again later. An exception fails the instance, except
    /// <see cref="OperationCanceledException"/> once <paramref name="cancellation"/> is requested: the episode then runs again at the next
    /// start.
    /// </summary>
    /// <param name="cancellation">The hub is being stopped.</param>
    Task<P.OrchestratorResponse> DecideAsync(P.OrchestratorRequest request, CancellationToken cancellation);

    /// <summary>Runs an activity. Its input is a JSON array of one element, as the official runner writes it.</summary>
    /// <param name="cancellation">The hub is being stopped. A failure that comes after this is not recorded: the activity runs again at
    /// the next start.</param>
    /// <returns>A result, or failure details. Throws nothing but <see cref="OperationCanceledException"/> when the process stops.</returns>
    Task<P.ActivityResponse> RunActivityAsync(P.ActivityRequest request, CancellationToken cancellation);
}
