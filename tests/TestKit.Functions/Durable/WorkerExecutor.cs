using System.Text.Json;
using Google.Protobuf;
using Holdfast.TaskHub.Execution;
using Holdfast.TestKit.Functions.Workers;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>
/// Runs the hub's episodes and activities in the worker process. When the worker dies, its work ends as under the Durable extension: an
/// activity fails, an episode is repeated.
/// </summary>
internal sealed class WorkerExecutor(FunctionsHost host) : IHubExecutor
{
    public bool Knows(string orchestrator) => host.Functions.TryGetValue(orchestrator, out var function) && function.IsOrchestrator;

    public async Task<P.OrchestratorResponse> DecideAsync(P.OrchestratorRequest request, CancellationToken cancellation)
    {
        var name = request
            .PastEvents.Concat(request.NewEvents)
            .First(happened => happened.ExecutionStarted is not null)
            .ExecutionStarted.Name;
        try
        {
            var answer = await host.RunOrchestratorAsync(name, Convert.ToBase64String(request.ToByteArray())).WaitAsync(cancellation);
            return P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer));
        }
        catch (WorkerProcessExitException)
        {
            return new P.OrchestratorResponse { InstanceId = request.InstanceId, RequiresHistory = true };
        }
    }

    public async Task<P.ActivityResponse> RunActivityAsync(P.ActivityRequest request, CancellationToken cancellation)
    {
        var response = new P.ActivityResponse { InstanceId = request.OrchestrationInstance.InstanceId, TaskId = request.TaskId };
        try
        {
            response.Result = await host.RunActivityAsync(request.Name, response.InstanceId, Argument(request.Input))
                .WaitAsync(cancellation);
        }
        catch (WorkerInvocationException failed)
        {
            response.FailureDetails = P.TaskFailureDetails.Parser.ParseJson(failed.WorkerMessage);
        }
        catch (WorkerProcessExitException ended)
        {
            response.FailureDetails = Crash(request.Name, ended);
        }
        return response;
    }

    /// <summary>The one element of the array that an activity's input is.</summary>
    private static string? Argument(string? input) => input is null ? null : JsonElement.Parse(input)[0].GetRawText();

    private static P.TaskFailureDetails Crash(string activity, WorkerProcessExitException ended) =>
        new()
        {
            ErrorType = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
            ErrorMessage = $"Exception while executing function: {activity}",
            InnerFailure = new() { ErrorType = ended.GetType().FullName, ErrorMessage = ended.Message },
        };
}
