using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Replay;

/// <summary>The answers that end an instance. Each names the instance: a message without a field would encode to nothing, which an engine takes for a missing answer.</summary>
internal static class EpisodeAnswer
{
    public static string Named(string instanceId) => instanceId.Length == 0 ? "unknown" : instanceId;

    public static OrchestratorResponse Failed(string instanceId, int id, Durable.TaskFailureDetails failure, string? stackTrace = null, string? customStatus = null) =>
        Of(instanceId, customStatus, [Complete(id, OrchestrationStatus.Failed, result: null, FailureDetails.ToWire(failure, stackTrace))]);

    public static OrchestratorResponse Of(string instanceId, string? customStatus, IEnumerable<OrchestratorAction> actions)
    {
        var response = new OrchestratorResponse { InstanceId = Named(instanceId), CustomStatus = customStatus };
        response.Actions.Add(actions);
        return response;
    }

    public static OrchestratorAction Complete(int id, OrchestrationStatus status, string? result, Protocol.TaskFailureDetails? failure = null) =>
        new() { Id = id, CompleteOrchestration = new() { OrchestrationStatus = status, Result = result, FailureDetails = failure } };

    public static Timestamp Time(DateTime utc) => Timestamp.FromDateTime(utc.Kind is DateTimeKind.Local ? utc.ToUniversalTime() : DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
