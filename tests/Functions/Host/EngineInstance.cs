using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;

namespace Holdfast.Functions.Tests.Host;

/// <summary>One orchestration as an engine keeps it. Everything happens under its lock.</summary>
internal sealed class EngineInstance(string name, string id, string? input, ParentInstanceInfo? parent)
{
    public string Name => name;
    public string Id => id;
    public string? Input => input;
    public ParentInstanceInfo? Parent => parent;
    public Lock Gate { get; } = new();
    public List<HistoryEvent> Past { get; } = [];
    public List<HistoryEvent> Inbox { get; } = [];
    public bool Pumping { get; set; }
    public string Execution { get; set; } = Guid.NewGuid().ToString("N");
    public string Status { get; set; } = "Pending";
    public string? CustomStatus { get; set; }
    public string? Output { get; set; }
    public DateTime Created { get; } = DateTime.UtcNow;
    public DateTime Updated { get; set; } = DateTime.UtcNow;
    public int Episodes { get; set; }
    public TaskCompletionSource Ended { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public bool IsFinished => Status is "Completed" or "Failed" or "Terminated";

    public HistoryEvent Begin(string? with) => Event(new()
    {
        ExecutionStarted = new()
        {
            Name = name,
            Input = with,
            OrchestrationInstance = new() { InstanceId = id, ExecutionId = Execution },
            ParentInstance = parent,
        },
    });

    public static HistoryEvent Event(HistoryEvent happened, int eventId = -1)
    {
        happened.EventId = eventId;
        happened.Timestamp ??= Timestamp.FromDateTime(DateTime.UtcNow);
        return happened;
    }
}
