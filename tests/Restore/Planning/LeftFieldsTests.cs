using System.Text.Json.Nodes;
using Holdfast.Restore.Planning;

namespace Holdfast.Restore.Tests.Planning;

public sealed class LeftFieldsTests
{
    [Theory]
    [InlineData("persistentvolumeclaims", """{"spec":{"volumeName":"pv-1"}}""", """{"spec":{"volumeName":"pv-2"}}""", "/spec/volumeName")]
    [InlineData("persistentvolumeclaims", """{"spec":{"volumeName":"pv-1"}}""", """{"spec":{}}""", "/spec/volumeName")]
    [InlineData("persistentvolumeclaims", """{"spec":{}}""", """{"spec":{"volumeName":"pv-2"}}""", null)]
    [InlineData("persistentvolumeclaims", """{"spec":{"volumeName":"pv-1"}}""", """{"spec":{"volumeName":"pv-1"}}""", null)]
    [InlineData(
        "persistentvolumes",
        """{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}""",
        """{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}""",
        "/spec/persistentVolumeReclaimPolicy"
    )]
    [InlineData("configmaps", """{"spec":{"volumeName":"a"}}""", """{"spec":{"volumeName":"b"}}""", null)]
    public void What_a_restore_leaves_to_the_live_object_is_a_difference_that_stays(string type, string captured, string live, string? path)
    {
        var left = LeftFields.Between(JsonNode.Parse(captured)!.AsObject(), JsonNode.Parse(live)!.AsObject(), type, []);

        Assert.Equal(path, left.SingleOrDefault()?.Path);
        Assert.All(left, d => Assert.True(d.Stays));
    }

    [Fact]
    public void What_is_listed_already_is_not_listed_twice() =>
        Assert.Empty(
            LeftFields.Between(
                JsonNode.Parse("""{"spec":{"volumeName":"a"}}""")!.AsObject(),
                JsonNode.Parse("""{"spec":{"volumeName":"b"}}""")!.AsObject(),
                "persistentvolumeclaims",
                [new("/spec/volumeName", "\"b\"", "\"a\"")]
            )
        );

    [Fact]
    public void A_step_that_leaves_something_never_says_equal()
    {
        var decision = new StepDecision(StepAction.Unchanged, StepDecision.Equal, []).Leaving([
            new("/spec/volumeName", "\"b\"", "\"a\"", Stays: true),
        ]);

        Assert.Equal(StepAction.Unchanged, decision.Action);
        Assert.NotEqual(StepDecision.Equal, decision.Reason);
        Assert.Contains("/spec/volumeName", decision.Reason, StringComparison.Ordinal);
    }
}
