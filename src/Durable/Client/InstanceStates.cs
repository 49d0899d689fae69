using System.Text.Json;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Client;

/// <summary>Instances as the Durable extension shows them, by gRPC and by HTTP.</summary>
internal static class InstanceStates
{
    /// <summary>Entities share the hub with orchestrations; ids that begin so are theirs.</summary>
    public static bool IsEntity(string instanceId) => instanceId.StartsWith('@');

    public static OrchestrationMetadata Read(OrchestrationState state)
    {
        var status = OfEngine(state.OrchestrationStatus);
        return new(state.Name, state.InstanceId, status, state.CreatedTimestamp?.ToDateTimeOffset() ?? default, state.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default)
        {
            Input = JsonPayload.Open(state.Input),
            CustomStatus = state.CustomStatus,
            Output = IsFinished(status) ? state.Output : null,
            FailureDetails = state.FailureDetails is { } failure ? FailureDetails.Of(failure, state.Name) : null,
        };
    }

    /// <exception cref="JsonException">Not the form of a status.</exception>
    public static OrchestrationMetadata Read(JsonElement state)
    {
        var status = Status(state.GetProperty("runtimeStatus").GetString());
        var output = Output(state, status);
        return new(state.GetProperty("name").GetString() ?? "", state.GetProperty("instanceId").GetString() ?? "", status, Time(state, "createdTime"), Time(state, "lastUpdatedTime"))
        {
            Input = JsonPayload.Open(Raw(state, "input")),
            CustomStatus = Raw(state, "customStatus"),
            Output = output,
            FailureDetails = status is OrchestrationRuntimeStatus.Failed && output is not null ? Failure(output) : null,
        };
    }

    /// <summary>The statuses of the engine that one of ours stands for.</summary>
    public static OrchestrationStatus[] ToEngine(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => [OrchestrationStatus.Pending],
        OrchestrationRuntimeStatus.Suspended => [OrchestrationStatus.Suspended],
        OrchestrationRuntimeStatus.Completed => [OrchestrationStatus.Completed],
        OrchestrationRuntimeStatus.Failed => [OrchestrationStatus.Failed],
        OrchestrationRuntimeStatus.Terminated => [OrchestrationStatus.Terminated, OrchestrationStatus.Canceled],
        _ => [OrchestrationStatus.Running, OrchestrationStatus.ContinuedAsNew],
    };

    private static OrchestrationRuntimeStatus OfEngine(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Pending => OrchestrationRuntimeStatus.Pending,
        OrchestrationStatus.Suspended => OrchestrationRuntimeStatus.Suspended,
        OrchestrationStatus.Completed => OrchestrationRuntimeStatus.Completed,
        OrchestrationStatus.Failed => OrchestrationRuntimeStatus.Failed,
        OrchestrationStatus.Terminated or OrchestrationStatus.Canceled => OrchestrationRuntimeStatus.Terminated,
        _ => OrchestrationRuntimeStatus.Running,
    };

    private static OrchestrationRuntimeStatus Status(string? text) => Enum.TryParse<OrchestrationStatus>(text, ignoreCase: true, out var status) ? OfEngine(status) : OrchestrationRuntimeStatus.Running;

    private static bool IsFinished(OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Of a failed or terminated instance the API shows plain words as a JSON string.</summary>
    private static string? Output(JsonElement state, OrchestrationRuntimeStatus status)
    {
        if (!IsFinished(status) || !state.TryGetProperty("output", out var output) || output.ValueKind is JsonValueKind.Null)
            return null;
        return output.ValueKind is JsonValueKind.String && status is not OrchestrationRuntimeStatus.Completed ? output.GetString() : output.GetRawText();
    }

    /// <summary>The API joins a failure to <c>TYPE: MESSAGE</c>.</summary>
    private static Durable.TaskFailureDetails Failure(string output)
    {
        var colon = output.IndexOf(": ", StringComparison.Ordinal);
        return colon <= 0 || output.StartsWith('{') ? new("UnknownFailure", output) : new(output[..colon], output[(colon + 2)..]);
    }

    private static string? Raw(JsonElement state, string name) =>
        state.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.GetRawText() : null;

    private static DateTimeOffset Time(JsonElement state, string name) => state.TryGetProperty(name, out var time) && time.TryGetDateTimeOffset(out var value) ? value : default;
}
