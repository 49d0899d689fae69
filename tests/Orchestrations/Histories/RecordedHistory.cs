using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Kind = Microsoft.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>
/// What an instance of an orchestrator saw and decided, as an engine stored it: <c>tests/vectors/histories/NAME.json</c>.
/// </summary>
internal sealed record RecordedHistory(string Instance, IReadOnlyList<P.HistoryEvent> Events)
{
    private static readonly HashSet<Kind> Decisions =
    [
        Kind.TaskScheduled,
        Kind.TimerCreated,
        Kind.SubOrchestrationInstanceCreated,
        Kind.EventSent,
        Kind.ExecutionCompleted,
        Kind.OrchestratorCompleted,
    ];

    public static string Folder { get; } = Path.Combine(Repository(), "tests", "vectors", "histories");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    public static string PathOf(string name) => Path.Combine(Folder, $"{name}.json");

    public static RecordedHistory Read(string name)
    {
        var root = JsonNode.Parse(File.ReadAllText(PathOf(name)))!;
        return new(
            (string)root["instance"]!,
            [.. root["events"]!.AsArray().Select(e => JsonParser.Default.Parse<P.HistoryEvent>(e!.ToJsonString()))]
        );
    }

    public void Write(string name)
    {
        var root = new JsonObject
        {
            ["instance"] = Instance,
            ["events"] = new JsonArray([.. Events.Select(e => JsonNode.Parse(JsonFormatter.Default.Format(e)))]),
        };
        File.WriteAllText(PathOf(name), root.ToJsonString(new() { WriteIndented = true }) + "\n", new UTF8Encoding(false));
    }

    /// <summary>Each turn of the orchestrator: what it had seen, what was new to it, and what it decided.</summary>
    public IEnumerable<(List<P.HistoryEvent> Past, List<P.HistoryEvent> New, List<string> Decided)> Episodes()
    {
        var past = new List<P.HistoryEvent>();
        var episode = new List<P.HistoryEvent>();
        foreach (var e in Events)
        {
            episode.Add(e);
            if (e.EventTypeCase != Kind.OrchestratorCompleted)
                continue;
            yield return (
                [.. past],
                [.. episode.Where(one => !Decisions.Contains(one.EventTypeCase))],
                [.. episode.Select(Decision).OfType<string>()]
            );
            past.AddRange(episode);
            episode.Clear();
        }
    }

    /// <summary>What an answer decides, in the words of <see cref="Decision"/>.</summary>
    public static string Decision(P.OrchestratorAction action) =>
        action.OrchestratorActionTypeCase switch
        {
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => $"{action.Id} activity {action.ScheduleTask.Name}",
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => $"{action.Id} timer",
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration =>
                $"{action.Id} child {action.CreateSubOrchestration.Name} {action.CreateSubOrchestration.InstanceId}",
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent =>
                $"{action.Id} event {action.SendEvent.Name} to {action.SendEvent.Instance.InstanceId}",
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration =>
                $"end {action.CompleteOrchestration.OrchestrationStatus}",
            var other => $"{other}",
        };

    private static string? Decision(P.HistoryEvent e) =>
        e.EventTypeCase switch
        {
            Kind.TaskScheduled => $"{e.EventId} activity {e.TaskScheduled.Name}",
            Kind.TimerCreated => $"{e.EventId} timer",
            Kind.SubOrchestrationInstanceCreated =>
                $"{e.EventId} child {e.SubOrchestrationInstanceCreated.Name} {e.SubOrchestrationInstanceCreated.InstanceId}",
            Kind.EventSent => $"{e.EventId} event {e.EventSent.Name} to {e.EventSent.InstanceId}",
            Kind.ExecutionCompleted => $"end {e.ExecutionCompleted.OrchestrationStatus}",
            _ => null,
        };

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Functions.sln is nowhere above the tests");
        return folder;
    }
}
