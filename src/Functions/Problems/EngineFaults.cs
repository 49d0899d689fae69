using Grpc.Core;
using Holdfast.Orchestrations.Failures;
using Holdfast.TaskHub.Storage;

namespace Holdfast.Functions.Problems;

/// <summary>How engines fail their callers: the Durable extension by its gRPC status, the embedded one by its file.</summary>
internal static class EngineFaults
{
    /// <returns>Null: it isn't a failure of an engine.</returns>
    public static Failure? Of(Exception exception) =>
        exception switch
        {
            HubException hub => new(FailureSide.Cloud, FailureCode.Engine, hub.Message),
            RpcException rpc => new(
                FailureSide.Cloud,
                FailureCode.Engine,
                $"the orchestration engine did not answer ({rpc.StatusCode}: {rpc.Status.Detail})",
                "Try again"
            ),
            _ => null,
        };
}
