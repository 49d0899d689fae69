using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Starts orchestrations for the routes.</summary>
internal static class RunStarts
{
    public static string LocationOf(RunId run) => $"{ApiPipeline.Prefix}/runs/{run}";

    /// <summary>Starts a run, or finds that it was started before: the same answer.</summary>
    public static async Task<Answer> StartAsync(ApiRequest request, string orchestrator, RunId run, object order)
    {
        var known = await request.Engine.GetInstanceAsync(run.ToString(), request.Cancellation) is not null;
        if (!known)
            await request.Engine.ScheduleNewOrchestrationInstanceAsync(orchestrator, run.ToString(), order, request.Cancellation);
        return Accepted(request, run);
    }

    /// <summary>Starts a run anew under an id that has ended.</summary>
    /// <exception cref="ProblemException">It goes on.</exception>
    public static async Task<Answer> RestartAsync(ApiRequest request, string orchestrator, RunId run, object order) =>
        await request.Engine.ScheduleNewOrchestrationInstanceAsync(orchestrator, run.ToString(), order, request.Cancellation)
            ? Accepted(request, run)
            : throw new ProblemException(Problem.Conflict($"run {run} goes on already"));

    public static Answer Accepted(ApiRequest request, RunId run)
    {
        request.AuditDetail = $"run {run}";
        return Answer.Of(202, new(run, LocationOf(run)), ApiJson.Plain.StartedRun) with { Location = LocationOf(run) };
    }
}
