using System.Text.Json.Nodes;
using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":1,"d":2}}""", """{"b":{"c":3}}""", """{"b":{"c":3,"d":null},"a":null}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2]}""", """{"a":[2]}""")]
    [InlineData("{}", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    public void A_patch_turns_the_one_into_the_other(string from, string to, string patch) =>
        Assert.Equal(patch, MergePatch.Between((JsonObject)JsonNode.Parse(from)!, (JsonObject)JsonNode.Parse(to)!).ToJsonString());

    [Fact]
    public void From_nothing_the_patch_is_the_whole() =>
        Assert.Equal("""{"a":1}""", MergePatch.Between(null, new() { ["a"] = 1 }).ToJsonString());
}
