using DurableTask.Core;
using Google.Protobuf;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Execution;

/// <summary>
/// The orchestrators and activities of a registry, run in this process by the official runner. Their names ignore case. Thread-safe.
/// </summary>
/// <param name="services">What the registry's factories resolve from, without a scope of its own for each call.</param>
/// <param name="converter">Must handle every input, output, event and custom status, and <c>object[]</c>, which activity inputs travel
/// in.</param>
public sealed class RegistryExecutor(
    DurableTaskRegistry registry,
    IServiceProvider services,
    DataConverter converter,
    ILoggerFactory logging
) : IHubExecutor
{
    private readonly Dictionary<string, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = registry
        .GetOrchestrators()
        .ToDictionary(o => o.Key.Name, o => o.Value, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<IServiceProvider, ITaskActivity>> activities = registry
        .GetActivities()
        .ToDictionary(a => a.Key.Name, a => a.Value, StringComparer.OrdinalIgnoreCase);
    private readonly RunnerServices runner = new(
        services,
        new(new DurableTaskWorkerOptions { DataConverter = converter, EnableEntitySupport = false }, logging)
    );

    public bool Knows(string orchestrator) => orchestrators.ContainsKey(orchestrator);

    public Task<P.OrchestratorResponse> DecideAsync(P.OrchestratorRequest request, CancellationToken cancellation)
    {
        var name = request.PastEvents.Concat(request.NewEvents).First(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        if (!orchestrators.TryGetValue(name, out var create))
            return Task.FromResult(UnknownOrchestrator(request.InstanceId, name));
        // The official runner accepts base64 only.
        var answer = GrpcOrchestrationRunner.LoadAndRun(Convert.ToBase64String(request.ToByteArray()), create(services), runner);
        return Task.FromResult(P.OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(answer)));
    }

    public async Task<P.ActivityResponse> RunActivityAsync(P.ActivityRequest request, CancellationToken cancellation)
    {
        var response = new P.ActivityResponse { InstanceId = request.OrchestrationInstance.InstanceId, TaskId = request.TaskId };
        if (!activities.TryGetValue(request.Name, out var create))
        {
            response.FailureDetails = Unknown(
                "ActivityTaskNotFound",
                $"This app has no activity '{request.Name}'. Is an older version of it still running?"
            );
            return response;
        }
        try
        {
            var activity = runner.Shims.CreateActivity(new(request.Name), create(services));
            response.Result = await activity.RunAsync(Context(request), request.Input);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever an activity throws is its failure, and travels in its answer.
        catch (Exception fault)
        {
            response.FailureDetails = Failures.Of(fault);
        }
#pragma warning restore CA1031
        return response;
    }

    private static TaskContext Context(P.ActivityRequest request)
    {
        var instance = request.OrchestrationInstance;
        var caller = new OrchestrationInstance { InstanceId = instance.InstanceId, ExecutionId = instance.ExecutionId };
        return new(caller, request.Name, request.Version ?? "", request.TaskId);
    }

    private static P.OrchestratorResponse UnknownOrchestrator(string instanceId, string name)
    {
        var failure = Unknown(
            "OrchestratorTaskNotFound",
            $"This app has no orchestrator '{name}'. Is an older version of it still running?"
        );
        var completion = new P.CompleteOrchestrationAction { OrchestrationStatus = P.OrchestrationStatus.Failed, FailureDetails = failure };
        return new()
        {
            InstanceId = instanceId,
            Actions =
            {
                new P.OrchestratorAction { Id = -1, CompleteOrchestration = completion },
            },
        };
    }

    private static P.TaskFailureDetails Unknown(string type, string message) =>
        new()
        {
            ErrorType = type,
            ErrorMessage = message,
            IsNonRetriable = true,
        };

    /// <summary>The runner gets its converter from the shim factory, which it resolves from its services.</summary>
    private sealed class RunnerServices(IServiceProvider services, DurableTaskShimFactory shims) : IServiceProvider
    {
        public DurableTaskShimFactory Shims => shims;

        public object? GetService(Type serviceType) =>
            serviceType == typeof(DurableTaskShimFactory) ? shims : services.GetService(serviceType);
    }
}
