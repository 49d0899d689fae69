using System.Text.Json;
using Holdfast.TestKit.Functions.Protocol;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>One function that a worker declared, with what its trigger says.</summary>
public sealed class WorkerFunction
{
    private const string TriggerSuffix = "Trigger";
    private readonly JsonElement trigger;

    internal WorkerFunction(RpcFunctionMetadata metadata)
    {
        Id = metadata.FunctionId;
        Name = metadata.Name;
        var bindings = metadata.RawBindings.Select(raw => JsonElement.Parse(raw)).ToList();
        trigger = bindings.Single(binding => Text(binding, "type").EndsWith(TriggerSuffix, StringComparison.OrdinalIgnoreCase));
        DurableClients = bindings.Where(binding => Is(binding, "durableClient")).Select(binding => Text(binding, "name")).ToList();
    }

    public string Id { get; }

    public string Name { get; }

    /// <summary>The name of the parameter that takes the trigger's value.</summary>
    public string Parameter => Text(trigger, "name");

    /// <summary>The names of the parameters that take a durable client.</summary>
    public IReadOnlyList<string> DurableClients { get; }

    public bool IsHttp => Is(trigger, "httpTrigger");

    public bool IsTimer => Is(trigger, "timerTrigger");

    public bool IsOrchestrator => Is(trigger, "orchestrationTrigger");

    public bool IsActivity => Is(trigger, "activityTrigger");

    /// <summary>An HTTP function's route without the prefix; its name if it declares none.</summary>
    public string Route =>
        trigger.TryGetProperty("route", out var route) && route.ValueKind == JsonValueKind.String ? route.GetString()! : Name;

    public IReadOnlyList<string> Methods =>
        trigger.TryGetProperty("methods", out var methods)
            ? methods.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant()).ToList()
            : [];

    /// <summary>A timer's schedule: six fields, or "%SETTING%".</summary>
    public string Schedule => Text(trigger, "schedule");

    private static bool Is(JsonElement binding, string type) =>
        string.Equals(Text(binding, "type"), type, StringComparison.OrdinalIgnoreCase);

    private static string Text(JsonElement binding, string property) => binding.GetProperty(property).GetString()!;
}
