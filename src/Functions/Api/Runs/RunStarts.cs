using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Starts orchestrations for the routes.</summary>
internal static class RunStarts
{
    public static string LocationOf(RunId run) => $"{ApiPipeline.Prefix}/runs/{run}";

    /// <summary>Whether there is such a run, going on or ended.</summary>
    public static async Task<bool> IsKnownAsync(ApiRequest request, RunId run) =>
        await request.Engine.GetInstanceAsync(run.ToString(), request.Cancellation) is not null || await RunRoutes.Reports(request).ReadAsync(run, request.Cancellation) is not null;

    /// <summary>Starts a run; one that goes on already is left alone.</summary>
    public static Task StartAsync(ApiRequest request, string orchestrator, RunId run, object order) =>
        request.Engine.ScheduleNewOrchestrationInstanceAsync(orchestrator, run.ToString(), order, request.Cancellation);

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
