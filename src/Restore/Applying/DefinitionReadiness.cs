using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>Waits for restored CustomResourceDefinitions: nothing of their types can be written before. Thread-safe.</summary>
internal sealed class DefinitionReadiness(ApplyContext context)
{
    /// <summary>A budget in which each definition is asked for once.</summary>
    public static readonly TimeSpan OneLook = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <param name="last">No later attempt: what isn't established now has failed.</param>
    /// <returns>Null: the budget ran out first.</returns>
    public async Task<StepOutcome?> UntilEstablishedAsync(
        RestoreStep step,
        StepOutcome outcome,
        ApiResource type,
        bool last,
        Deadline deadline,
        CancellationToken cancellation
    )
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await context.Writer.GetAsync(type, null, step.Name, cancellation);
            var conditions =
                answer.Status == WriteStatus.Done
                    ? ManifestJson.Parse(answer.Body.Span).Object("status").Objects("conditions").ToList()
                    : [];
            if (IsTrue(conditions, "Established") && IsTrue(conditions, "NamesAccepted"))
                return outcome.Without(PendingWork.Established);
            // Another definition has the names: time alone doesn't free them.
            if (last || conditions.Exists(c => c.Text("type") == "NamesAccepted" && c.Text("status") == "False"))
                return new(
                    step.Number,
                    OutcomeKind.Failed,
                    $"it was written, but isn't established: {Explain(answer, conditions)}",
                    outcome.Uid
                );
            if (deadline.Left < pause)
                return null;
            await Task.Delay(pause, context.Time, cancellation);
        }
    }

    /// <summary>
    /// Reads discovery until it lists every type that the plan's definitions bring: older servers list them a moment after they are
    /// established.
    /// </summary>
    public async Task UntilServedAsync(Deadline deadline, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            await context.RediscoverAsync(cancellation);
            if (context.Plan.Steps.All(IsServed) || deadline.Left < pause)
                return;
            await Task.Delay(pause, context.Time, cancellation);
        }
    }

    private bool IsServed(RestoreStep step) => !PlanIndex.Writes(step) || !context.IsFresh(step) || context.Types.Serves(step.Resource);

    private static bool IsTrue(List<JsonObject> conditions, string type) =>
        conditions.Exists(c => c.Text("type") == type && c.Text("status") == "True");

    private static string Explain(WriteResult answer, List<JsonObject> conditions)
    {
        var text = string.Join(
            "; ",
            conditions.Where(c => c.Text("status") != "True").Select(c => $"{c.Text("type")}: {c.Text("message") ?? c.Text("reason")}")
        );
        return text.Length > 0 ? text : answer.Message ?? "the server gives no condition";
    }
}
