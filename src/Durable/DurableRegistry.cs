using System.Text.Json;

namespace Holdfast.Durable;

/// <summary>
/// The orchestrators and activities of an app by their names (case ignored), and how their inputs and outputs become JSON. The one list of them: triggers are generated from it.
/// </summary>
/// <param name="json">Must resolve every input, output, event and custom status.</param>
public sealed class DurableRegistry(JsonSerializerOptions json)
{
    private readonly Dictionary<string, OrchestratorFunction> orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ActivityFunction> activities = new(StringComparer.OrdinalIgnoreCase);

    public JsonSerializerOptions Json => json;
    public IEnumerable<string> Orchestrators => orchestrators.Keys;
    public IEnumerable<string> Activities => activities.Keys;

    /// <summary>
    /// What a failure of an activity is told as to its orchestrator: a named type and whether trying again may help. Null, and for what it answers null to: an <see cref="ActivityFailedException"/> as it is,
    /// time-outs as transient, everything else by its type's name as not transient.
    /// </summary>
    public Func<Exception, ActivityFailedException?>? Classify { get; init; }

    public DurableRegistry AddOrchestrator<TInput, TOutput>(string name, Func<OrchestrationContext, TInput, Task<TOutput>> run)
    {
        orchestrators.Add(name, async context => JsonPayload.Write(await run(context, context.GetInput<TInput>()!), json));
        return this;
    }

    public DurableRegistry AddActivity<TInput, TOutput>(string name, Func<ActivityContext, TInput, Task<TOutput>> run)
    {
        activities.Add(name, async (context, input) => JsonPayload.Write(await run(context, JsonPayload.Read<TInput>(input, json)!), json));
        return this;
    }

    public OrchestratorFunction? Orchestrator(string name) => orchestrators.GetValueOrDefault(name);

    public ActivityFunction? Activity(string name) => activities.GetValueOrDefault(name);
}

/// <summary>Runs the orchestrator once against a context; the result is what it returned, as JSON text.</summary>
public delegate Task<string> OrchestratorFunction(OrchestrationContext context);

/// <summary>Runs the activity; input and result are JSON texts, null meaning none.</summary>
public delegate Task<string> ActivityFunction(ActivityContext context, string? input);

/// <param name="InstanceId">The orchestration that called.</param>
/// <param name="Cancellation">The process is about to stop, or the orchestration was terminated: stop at the next safe place.</param>
public sealed record ActivityContext(string Name, string InstanceId, CancellationToken Cancellation);
