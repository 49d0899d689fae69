using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Files;

public enum MoverPhase
{
    /// <summary>There is no such Job.</summary>
    Missing,

    /// <summary>It waits, or works.</summary>
    Running,
    Succeeded,
    Failed,
}

/// <summary>How far a mover's Job is, by what its status and that of its Pods say. Holds no secret.</summary>
/// <param name="Said">
/// What the command has said at its end; of a running one what keeps it from starting, of a failed one why. Null: nothing.
/// </param>
public sealed record MoverState(MoverPhase Phase, string? Said = null)
{
    /// <summary>It failed because waiting any longer makes no sense: its Job is still there, and isn't to be counted.</summary>
    public bool IsGivenUp { get; init; }

    public static readonly MoverState Missing = new(MoverPhase.Missing);

    /// <summary>Pulling an image that can't be had is tried again and again: after this long it has failed.</summary>
    private static readonly TimeSpan PullingLimit = TimeSpan.FromMinutes(10);

    /// <param name="pods">Of the Job.</param>
    public static MoverState Of(JsonObject job, IReadOnlyCollection<JsonObject> pods, DateTimeOffset now)
    {
        var newest = pods.OrderByDescending(CreatedAt).FirstOrDefault();
        if (Condition(job, "Complete") is not null)
            return new(MoverPhase.Succeeded, pods.Select(Ended).FirstOrDefault(e => e is { ExitCode: 0 })?.Message);
        if (Reason(job) is { } reason)
            return new(MoverPhase.Failed, reason);
        if (Condition(job, "Failed") is { } failed)
            return new(MoverPhase.Failed, Because(failed, newest));
        var obstacle = newest is null ? null : Obstacle(newest);
        return obstacle is { IsOfImage: true } && now - CreatedAt(newest!) > PullingLimit
            ? new(MoverPhase.Failed, obstacle.Text) { IsGivenUp = true }
            : new(MoverPhase.Running, obstacle?.Text);
    }

    private static string Because(JsonObject failed, JsonObject? pod)
    {
        var said =
            pod is null ? null
            : Ended(pod) is { } end ? end.Text
            : Obstacle(pod)?.Text;
        return failed.Text("reason") == "DeadlineExceeded"
            ? $"its Job took longer than it may{(said is null ? "" : $": {said}")}"
            : said ?? $"its Job failed: {failed.Text("message") ?? failed.Text("reason")}";
    }

    private static End? Ended(JsonObject pod)
    {
        var ended = Container(pod).Object("state").Object("terminated") ?? Container(pod).Object("lastState").Object("terminated");
        if (ended is not null)
            return new(ended.Number("exitCode") ?? -1, ended.Text("reason"), ended.Text("message")?.Trim());
        // evicted, or its node was lost
        return pod.Object("status").Text("phase") == "Failed"
            ? new(-1, pod.Object("status").Text("reason"), pod.Object("status").Text("message"))
            : null;
    }

    private static Hindrance? Obstacle(JsonObject pod)
    {
        if (Container(pod).Object("state").Object("waiting") is { } waiting && waiting.Text("reason") is { } reason)
        {
            if (reason is "ContainerCreating" or "PodInitializing")
                return null;
            var isOfImage = reason is "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "CreateContainerConfigError";
            return new($"its Pod can't start: {Joined(reason, waiting.Text("message"))}", isOfImage);
        }
        var unscheduled = pod.Object("status")
            .Objects("conditions")
            .FirstOrDefault(c => c.Text("type") == "PodScheduled" && c.Text("status") == "False");
        return unscheduled is null
            ? null
            : new($"its Pod waits for a node: {Joined(unscheduled.Text("reason"), unscheduled.Text("message"))}", IsOfImage: false);
    }

    private static JsonObject? Container(JsonObject pod) => pod.Object("status").Objects("containerStatuses").FirstOrDefault();

    private static JsonObject? Condition(JsonObject job, string type) =>
        job.Object("status").Objects("conditions").FirstOrDefault(c => c.Text("type") == type && c.Text("status") == "True");

    /// <summary>Whether the Job is at its end.</summary>
    internal static bool IsOver(JsonObject job) =>
        (Condition(job, "Complete") ?? Condition(job, "Failed")) is not null || Reason(job) is not null;

    private static string? Reason(JsonObject job) => job.Object("metadata").Object("annotations").Text(KnownLabels.GivenUp);

    internal static DateTimeOffset CreatedAt(JsonObject manifest) =>
        DateTimeOffset.TryParse(
            manifest.Object("metadata").Text("creationTimestamp"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : DateTimeOffset.MaxValue;

    private static string Joined(string? reason, string? message) =>
        string.Join(": ", ((ImmutableArray<string?>)[reason, message]).Where(t => !string.IsNullOrEmpty(t)));

    private sealed record End(int ExitCode, string? Reason, string? Message)
    {
        public string Text => $"the mover ended with {ExitCode}{(Said is null ? "" : $": {Said}")}";

        private string? Said => string.IsNullOrEmpty(Message) ? Reason : Message;
    }

    private sealed record Hindrance(string Text, bool IsOfImage);
}
