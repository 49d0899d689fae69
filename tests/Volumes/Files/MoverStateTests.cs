using System.Text.Json.Nodes;
using Holdfast.Volumes.Files;

namespace Holdfast.Volumes.Tests.Files;

/// <summary>What the status of a Job and of its Pods means.</summary>
public sealed class MoverStateTests
{
    private static readonly DateTimeOffset Created = new(2026, 11, 30, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_message_of_the_pod_that_succeeded_counts()
    {
        var state = Look(
            Job("""{ "type": "Complete", "status": "True" }"""),
            Pod("""{ "terminated": { "exitCode": 1, "message": "failed" } }"""),
            Pod("""{ "terminated": { "exitCode": 0, "message": "the summary\n" } }""")
        );

        Assert.Equal(new(MoverPhase.Succeeded, "the summary"), state);
    }

    [Fact]
    public void A_job_whose_pods_failed_says_what_the_mover_said()
    {
        var state = Look(
            Job("""{ "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded" }"""),
            Pod("""{ "terminated": { "exitCode": 137, "reason": "OOMKilled" } }""")
        );

        Assert.Equal(MoverPhase.Failed, state.Phase);
        Assert.Contains("OOMKilled", state.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_was_too_slow_says_so_though_its_pods_are_gone() =>
        Assert.Equal(
            MoverPhase.Failed,
            Look(Job("""{ "type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "m" }""")).Phase
        );

    [Theory]
    [InlineData(1, MoverPhase.Running)]
    [InlineData(11, MoverPhase.Failed)]
    public void An_image_that_can_not_be_had_is_given_up_after_a_while(int minutes, MoverPhase phase)
    {
        var pod = Pod("""{ "waiting": { "reason": "ImagePullBackOff", "message": "no such image" } }""");

        var state = MoverState.Of(Job(null), [pod], Created.AddMinutes(minutes));

        Assert.Equal((phase, minutes > 10), (state.Phase, state.IsGivenUp));
        Assert.Contains("no such image", state.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_given_up_stays_so_without_its_pod()
    {
        var job = Job(null);
        job["metadata"]!["annotations"] = new JsonObject { ["holdfast.dev/given-up"] = "no such image" };

        Assert.Equal(new(MoverPhase.Failed, "no such image"), Look(job));
    }

    [Fact]
    public void A_pod_without_a_node_says_what_it_waits_for()
    {
        var pod = Pod(null);
        pod["status"]!["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = "Unschedulable",
                ["message"] = "0/3 nodes are available",
            }
        );

        var state = Look(Job(null), pod);

        Assert.Equal(MoverPhase.Running, state.Phase);
        Assert.Contains("0/3 nodes", state.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("restic: not found")]
    [InlineData("""{ "message_type": "status", "percent_done": 1 }""")]
    [InlineData("""{ "message_type": "summary", "snapshot_id": "" }""")]
    [InlineData("""{ "message_type": "summary", "snapshot_id": "ab", "total_bytes_processed": "many" }""")]
    public void What_is_no_summary_is_no_export(string? message) =>
        Assert.Null(Restic.Summary(message, new("https://acme.blob.core.windows.net/files")));

    private static MoverState Look(JsonObject job, params JsonObject[] pods) => MoverState.Of(job, pods, Created.AddMinutes(1));

    private static JsonObject Job(string? condition) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = "job", ["creationTimestamp"] = "2026-11-30T05:00:00Z" },
            ["status"] = new JsonObject { ["conditions"] = condition is null ? new JsonArray() : new JsonArray(JsonNode.Parse(condition)) },
        };

    private static JsonObject Pod(string? state) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = "pod", ["creationTimestamp"] = "2026-11-30T05:00:00Z" },
            ["status"] = new JsonObject
            {
                ["containerStatuses"] = state is null
                    ? new JsonArray()
                    : new JsonArray(new JsonObject { ["name"] = "mover", ["state"] = JsonNode.Parse(state) }),
            },
        };
}
