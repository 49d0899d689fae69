using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>What a restore knows of the custom resource that it wrote.</summary>
/// <param name="Manager">The run's field manager.</param>
/// <param name="WasReady">The condition that said that it was ready when it was captured; null: none did.</param>
/// <param name="Sent">The status that the restore wrote; null: none.</param>
/// <param name="IsNew">The restore created it: whatever others have written, they wrote since.</param>
internal sealed record WrittenResource(string Manager, string? WasReady, JsonObject? Sent, bool IsNew);

/// <summary>
/// Whether a custom resource is ready, by the condition that its operator uses for it: Ready, or else Available or Healthy. What has none
/// isn't waited for, since nothing says what its readiness is. A condition that the restore itself wrote doesn't count until another has
/// written the status. Pure.
/// </summary>
/// <remarks>
/// Ready is what https://github.com/kubernetes/community/blob/main/contributors/devel/sig-architecture/api-conventions.md asks for of
/// objects that run long; OLM and many operators write Available; Argo CD says <c>status.health.status</c>: Healthy.
/// </remarks>
internal static class CustomReadiness
{
    private static readonly string[] Names = ["Ready", "Available", Healthy];
    private const string Healthy = nameof(Healthy);

    public static ReadyState Of(JsonObject live, WrittenResource written)
    {
        var spec = live.Object("spec");
        if (spec.Flag("suspend") || spec.Flag("paused"))
            return ReadyState.NotAwaited;
        if (Find(live.Object("status")) is not { } condition)
            return written.WasReady is { } was
                ? ReadyState.Waiting($"no controller has written a {was} condition yet")
                : ReadyState.NotAwaited;
        if (!IsOfOthers(live, condition, written))
            return ReadyState.Waiting(
                $"its {condition.Text("type")} condition is the restored one: no controller has written its status since"
            );
        if (condition.Text("status") != "True")
            return ReadyState.Waiting(Conditions.Quote(condition)!);
        return Observed(live, condition) is { } observed && observed < live.Object("metadata").Number("generation")
            ? ReadyState.Waiting("its controller hasn't taken up its last change yet")
            : ReadyState.Ready;
    }

    public static string? WasReady(JsonObject captured) =>
        Find(captured.Object("status")) is { } condition && condition.Text("status") == "True" ? condition.Text("type") : null;

    private static JsonObject? Find(JsonObject? status) =>
        Names.Select(name => Conditions.Find(status, name)).FirstOrDefault(condition => condition is not null) ?? Health(status);

    /// <summary>Argo CD's, in the form of a condition.</summary>
    private static JsonObject? Health(JsonObject? status) =>
        status.Object("health") is { } health && health.Text("status") is { } said
            ? new()
            {
                ["type"] = Healthy,
                ["status"] = said == Healthy ? "True" : "False",
                ["reason"] = said,
                ["message"] = health.Text("message"),
            }
            : null;

    /// <summary>The restore writes no observedGeneration: where there is one, a controller has written it.</summary>
    private static bool IsOfOthers(JsonObject live, JsonObject condition, WrittenResource written) =>
        Find(written.Sent) is not { } sent
        || sent.Text("type") != condition.Text("type")
        || (written.IsNew && Observed(live, condition) is not null)
        || !JsonNode.DeepEquals(WithoutGeneration(condition), WithoutGeneration(sent))
        || OthersWrote(live, written);

    private static int? Observed(JsonObject live, JsonObject condition) =>
        condition.Number("observedGeneration") ?? live.Object("status").Number("observedGeneration");

    private static JsonObject WithoutGeneration(JsonObject condition)
    {
        var rest = (JsonObject)condition.DeepClone();
        rest.Remove("observedGeneration");
        return rest;
    }

    /// <summary>By managedFields, whose times are whole seconds.</summary>
    private static bool OthersWrote(JsonObject live, WrittenResource written)
    {
        var entries = live.Object("metadata").Objects("managedFields").Where(OwnsStatus).ToList();
        var since = written.IsNew
            ? Time(live.Object("metadata").Text("creationTimestamp"))
            : Time(entries.Find(e => e.Text("manager") == written.Manager).Text("time"));
        return since is not null
            && entries.Exists(e => e.Text("manager") != written.Manager && (written.IsNew ? TimeOf(e) >= since : TimeOf(e) > since));
    }

    private static bool OwnsStatus(JsonObject entry) => entry.Object("fieldsV1")?.ContainsKey("f:status") == true;

    private static DateTimeOffset? TimeOf(JsonObject entry) => Time(entry.Text("time"));

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
