using System.Text.Json.Nodes;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Tests.Readiness;

public sealed class CustomReadinessTests
{
    private const string Restored = "{'conditions':[{'type':'Ready','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z'}]}";
    private const string Rewritten = "{'conditions':[{'type':'Ready','status':'True','lastTransitionTime':'2026-01-02T00:00:05Z'}]}";
    private const string RunsEntry = "{'manager':'holdfast-run','time':'2026-01-02T00:00:02Z','fieldsV1':{'f:status':{}}}";

    private static readonly WrittenResource Created = new("holdfast-run", WasReady: "Ready", Json(Restored), IsNew: true);
    private static readonly WrittenResource Replaced = Created with { IsNew = false };
    private static readonly WrittenResource WithoutStatus = Created with { Sent = null };

    [Fact]
    public void A_restored_condition_doesnt_count() =>
        Assert.Contains("is the restored one", CustomReadiness.Of(Live(Restored, RunsEntry), Created).Reason!, StringComparison.Ordinal);

    [Fact]
    public void A_condition_that_differs_from_the_restored_one_counts() =>
        Assert.Equal(ReadyState.Ready, CustomReadiness.Of(Live(Rewritten, RunsEntry), Created));

    [Fact]
    public void A_condition_counts_where_the_restore_wrote_no_status() =>
        Assert.Equal(ReadyState.Ready, CustomReadiness.Of(Live(Restored), WithoutStatus));

    [Theory]
    [InlineData("'f:status'", "2026-01-02T00:00:01Z", true)]
    [InlineData("'f:status'", "2026-01-01T23:59:59Z", false)]
    [InlineData("'f:spec'", "2026-01-02T00:00:05Z", false)]
    public void What_others_wrote_into_the_status_of_a_new_object_counts_once_it_was_created(string fields, string time, bool isReady) =>
        Assert.Equal(
            isReady,
            CustomReadiness.Of(Live(Restored, RunsEntry, $"{{'manager':'operator','time':'{time}','fieldsV1':{{{fields}:{{}}}}}}"), Created)
                == ReadyState.Ready
        );

    [Theory]
    [InlineData("2026-01-02T00:00:03Z", true)]
    [InlineData("2026-01-02T00:00:02Z", false)]
    public void What_others_wrote_into_the_status_of_a_replaced_object_counts_only_after_the_restore(string time, bool isReady) =>
        Assert.Equal(
            isReady,
            CustomReadiness.Of(
                Live(Restored, RunsEntry, $"{{'manager':'operator','time':'{time}','fieldsV1':{{'f:status':{{}}}}}}"),
                Replaced
            ) == ReadyState.Ready
        );

    [Fact]
    public void A_generation_that_was_observed_shows_that_a_controller_has_written()
    {
        var status = Restored.Replace("{'conditions'", "{'observedGeneration':3,'conditions'", StringComparison.Ordinal);

        Assert.Equal(ReadyState.Ready, CustomReadiness.Of(Live(status, RunsEntry), Created));
        Assert.Equal(ReadyKind.Waiting, CustomReadiness.Of(Live(status, RunsEntry), Replaced).Kind);
    }

    [Theory]
    [InlineData("{'observedGeneration':2,'conditions':[{'type':'Ready','status':'True'}]}")]
    [InlineData("{'conditions':[{'type':'Ready','status':'True','observedGeneration':2}]}")]
    public void A_condition_of_an_earlier_generation_doesnt_count(string status) =>
        Assert.Contains(
            "hasn't taken up its last change",
            CustomReadiness.Of(Live(status), WithoutStatus).Reason!,
            StringComparison.Ordinal
        );

    [Fact]
    public void One_that_isnt_ready_says_why() =>
        Assert.Equal(
            ReadyState.Waiting("Failing: no issuer"),
            CustomReadiness.Of(
                Live("{'conditions':[{'type':'Ready','status':'False','reason':'Failing','message':'no issuer'}]}"),
                WithoutStatus
            )
        );

    [Fact]
    public void One_without_a_condition_is_awaited_only_if_it_was_ready_when_captured()
    {
        Assert.Equal(ReadyKind.Waiting, CustomReadiness.Of(Live("{}"), WithoutStatus).Kind);
        Assert.Equal(ReadyState.NotAwaited, CustomReadiness.Of(Live("{}"), WithoutStatus with { WasReady = null }));
    }

    [Theory]
    [InlineData("{'conditions':[{'type':'Available','status':'True'}]}", ReadyKind.Ready)]
    [InlineData("{'conditions':[{'type':'Healthy','status':'True'}]}", ReadyKind.Ready)]
    [InlineData("{'health':{'status':'Healthy'}}", ReadyKind.Ready)]
    [InlineData("{'health':{'status':'Progressing','message':'1 of 2'}}", ReadyKind.Waiting)]
    [InlineData("{'conditions':[{'type':'Available','status':'True'},{'type':'Ready','status':'False'}]}", ReadyKind.Waiting)]
    [InlineData("{'conditions':[{'type':'Synced','status':'True'}]}", ReadyKind.NotAwaited)]
    [InlineData("{'phase':'Running'}", ReadyKind.NotAwaited)]
    internal void The_condition_may_be_Ready_or_Available_or_Healthy_and_without_one_nothing_is_awaited(string status, ReadyKind kind)
    {
        Assert.Equal(kind, CustomReadiness.Of(Live(status), WithoutStatus with { WasReady = null }).Kind);
        Assert.Equal(kind == ReadyKind.Ready, CustomReadiness.WasReady(Live(status)) is not null);
    }

    [Theory]
    [InlineData("{'conditions':[{'type':'Available','status':'True'}]}")]
    [InlineData("{'health':{'status':'Healthy'}}")]
    public void Restored_none_of_them_counts(string status) =>
        Assert.Contains(
            "is the restored one",
            CustomReadiness.Of(Live(status, RunsEntry), Created with { Sent = Json(status) }).Reason!,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("suspend")]
    [InlineData("paused")]
    public void One_on_hold_isnt_awaited(string field)
    {
        var live = Live("{}");
        live["spec"] = new JsonObject { [field] = true };

        Assert.Equal(ReadyState.NotAwaited, CustomReadiness.Of(live, WithoutStatus));
    }

    [Theory]
    [InlineData("{'phase':'Bound'}", true, false, ReadyKind.Ready)]
    [InlineData("{'phase':'Lost'}", false, false, ReadyKind.Failed)]
    [InlineData("{'phase':'Pending'}", false, false, ReadyKind.Waiting)]
    [InlineData("{'phase':'Pending'}", true, false, ReadyKind.NotAwaited)]
    [InlineData("{'phase':'Pending'}", true, true, ReadyKind.Waiting)]
    internal void A_claim_is_awaited_unless_it_binds_only_for_a_pod_and_has_none(string status, bool waits, bool isUsed, ReadyKind kind) =>
        Assert.Equal(kind, ClaimReadiness.Of(Live(status), waits, isUsed).Kind);

    [Fact]
    public void A_claim_whose_node_was_selected_is_awaited()
    {
        var claim = Live("{'phase':'Pending'}");
        claim["metadata"]!["annotations"] = new JsonObject { ["volume.kubernetes.io/selected-node"] = "n1" };

        Assert.Equal(ReadyKind.Waiting, ClaimReadiness.Of(claim, waitsForConsumer: true, isUsed: false).Kind);
    }

    private static JsonObject Live(string status, params string[] managed) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "x",
                ["generation"] = 3,
                ["creationTimestamp"] = "2026-01-02T00:00:01Z",
                ["managedFields"] = new JsonArray([.. managed.Select(Json)]),
            },
            ["spec"] = new JsonObject(),
            ["status"] = Json(status),
        };

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text.Replace('\'', '"'))!;
}
