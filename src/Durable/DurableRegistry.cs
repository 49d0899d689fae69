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

    public DurableRegistry AddOrchestrator<TInput, TOutput>(string name, Func<OrchestrationContext, TInput, Task<TOutput>> run)
    {
        orchestrators.Add(name, async context => await run(context, context.GetInput<TInput>()!));
        return this;
    }

    public DurableRegistry AddActivity<TInput, TOutput>(string name, Func<ActivityContext, TInput, Task<TOutput>> run)
    {
        activities.Add(name, async (context, input) => Text(await run(context, Value<TInput>(input)!)));
        return this;
    }

    public OrchestratorFunction? Orchestrator(string name) => orchestrators.GetValueOrDefault(name);

    public ActivityFunction? Activity(string name) => activities.GetValueOrDefault(name);

    private T? Value<T>(string? text) => text is null ? default : (T?)JsonSerializer.Deserialize(text, json.GetTypeInfo(typeof(T)));

    private string Text<T>(T value) => JsonSerializer.Serialize(value, json.GetTypeInfo(typeof(T)));
}

/// <summary>Runs the orchestrator once against a context; the result is what it returned.</summary>
public delegate Task<object?> OrchestratorFunction(OrchestrationContext context);

/// <summary>Runs the activity; input and result are JSON texts, null meaning none.</summary>
public delegate Task<string> ActivityFunction(ActivityContext context, string? input);

/// <param name="InstanceId">The orchestration that called.</param>
/// <param name="Cancellation">The process is about to stop, or the orchestration was terminated: stop at the next safe place.</param>
public sealed record ActivityContext(string Name, string InstanceId, CancellationToken Cancellation);
