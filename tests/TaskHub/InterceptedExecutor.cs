using Holdfast.TaskHub.Execution;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Tests;

/// <summary>Wraps an executor with a test's interception, which may answer in its place.</summary>
internal sealed class InterceptedExecutor(IHubExecutor inner) : IHubExecutor
{
    public Func<P.OrchestratorRequest, P.OrchestratorResponse?> Decide { get; init; } = _ => null;

    public Func<P.ActivityRequest, P.ActivityResponse?> RunActivity { get; init; } = _ => null;

    public bool Knows(string orchestrator) => inner.Knows(orchestrator);

    public async Task<P.OrchestratorResponse> DecideAsync(P.OrchestratorRequest request, CancellationToken cancellation) =>
        Decide(request) ?? await inner.DecideAsync(request, cancellation);

    public async Task<P.ActivityResponse> RunActivityAsync(P.ActivityRequest request, CancellationToken cancellation) =>
        RunActivity(request) ?? await inner.RunActivityAsync(request, cancellation);
}
