using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>What a restore knows of the custom resource that it wrote.</summary>
/// <param name="Manager">The run's field manager.</param>
/// <param name="WasReady">It had a Ready condition that was true when it was captured.</param>
/// <param name="Sent">The status that the restore wrote; null: none.</param>
/// <param name="IsNew">The restore created it: whatever others have written, they wrote since.</param>
internal sealed record WrittenResource(string Manager, bool WasReady, JsonObject? Sent, bool IsNew);

/// <summary>
/// Whether a custom resource with a Ready condition is ready. A condition that the restore itself wrote doesn't count until another has
/// written the status. Pure.
/// </summary>
internal static class CustomReadiness
{
    private const string Ready = nameof(Ready);

    public static ReadyState Of(JsonObject live, WrittenResource written)
    {
        var spec = live.Object("spec");
        if (spec.Flag("suspend") || spec.Flag("paused"))
            return ReadyState.NotAwaited;
        if (Conditions.Find(live.Object("status"), Ready) is not { } condition)
            return written.WasReady ? ReadyState.Waiting("no controller has written a Ready condition yet") : ReadyState.NotAwaited;
        if (!IsOfOthers(live, condition, written))
            return ReadyState.Waiting("its Ready condition is the restored one: no controller has written its status since");
        if (condition.Text("status") != "True")
            return ReadyState.Waiting(Conditions.Quote(condition)!);
        return Observed(live, condition) is { } observed && observed < live.Object("metadata").Number("generation")
            ? ReadyState.Waiting("its controller hasn't taken up its last change yet")
            : ReadyState.Ready;
    }

    public static bool WasReady(JsonObject captured) => Conditions.IsTrue(captured.Object("status"), Ready);

    /// <summary>The restore writes no observedGeneration: where there is one, a controller has written it.</summary>
    private static bool IsOfOthers(JsonObject live, JsonObject condition, WrittenResource written) =>
        Conditions.Find(written.Sent, Ready) is not { } sent
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
