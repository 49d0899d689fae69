using System.Text.Json.Serialization.Metadata;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Starts orchestrations for the routes.</summary>
internal static class RunStarts
{
    /// <summary>
    /// A route whose body says what to run: it answers with the run that was started, and may be repeated under an idempotency key.
    /// </summary>
    /// <param name="meaning">Of its answer.</param>
    public static ApiRoute Route(
        string path,
        string operation,
        string summary,
        JsonTypeInfo takes,
        string meaning,
        Func<ApiRequest, Task<Answer>> handle
    ) =>
        new("POST", path, operation, summary, Roles.AnyOperator, handle)
        {
            Takes = takes,
            Gives = [new(202, meaning, ApiJson.Plain.StartedRun) { HasLocation = true }],
            Problems = [400, 413, 415, 422],
            IsIdempotent = true,
        };

    public static string LocationOf(RunId run) => $"{ApiPipeline.Prefix}/runs/{run}";

    /// <summary>Whether there is such a run, running or ended.</summary>
    public static async Task<bool> IsKnownAsync(ApiRequest request, RunId run) =>
        await request.Engine.GetInstanceAsync(run.ToString(), request.Cancellation) is not null
        || await RunRoutes.Reports(request).ReadAsync(run, request.Cancellation) is not null;

    /// <summary>Stores a run's order and starts it, unless it is running already.</summary>
    /// <returns>False: it is running already.</returns>
    public static Task<bool> StartAsync(ApiRequest request, Func<StoredOrder, StoredOrder> with) =>
        request.App.Orders.StartAsync(request.Engine, at => with(new(at)), request.Cancellation);

    /// <summary>Starts a run again under an id that has ended.</summary>
    /// <exception cref="ProblemException">It is running.</exception>
    public static async Task<Answer> RestartAsync(ApiRequest request, RunId run, Func<StoredOrder, StoredOrder> with) =>
        await StartAsync(request, with)
            ? Accepted(request, run)
            : throw new ProblemException(Problem.Conflict($"run {run} is running already"));

    public static Answer Accepted(ApiRequest request, RunId run)
    {
        request.AuditDetail = $"run {run}";
        return Answer.Of(202, new(run, LocationOf(run)), ApiJson.Plain.StartedRun) with { Location = LocationOf(run) };
    }
}
