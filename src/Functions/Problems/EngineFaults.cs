using Grpc.Core;
using Holdfast.TaskHub;

namespace Holdfast.Functions.Problems;

/// <summary>How engines fail whoever calls them: the Durable extension by its gRPC status, the embedded one by its file.</summary>
internal static class EngineFaults
{
    /// <returns>What to say of it; null: it is no failure of an engine.</returns>
    public static string? Of(Exception exception) =>
        exception switch
        {
            HubException hub => hub.Message,
            RpcException rpc => $"the orchestration engine did not answer ({rpc.StatusCode}: {rpc.Status.Detail}): try again",
            _ => null,
        };
}
