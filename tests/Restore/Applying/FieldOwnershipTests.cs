using System.Text.Json.Nodes;
using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class FieldOwnershipTests
{
    [Fact]
    public void The_points_entries_come_back_and_the_runs_own_goes()
    {
        var entries = PutBack(live: [Entry("holdfast-1", "Update", "f:k")], point: [Entry("gitops", "Apply", "f:k")]);

        Assert.Equal([Entry("gitops", "Apply", "f:k")], entries);
    }

    [Fact]
    public void Who_has_written_since_keeps_what_is_his()
    {
        var entries = PutBack(
            live: [Entry("controller", "Update", "f:x"), Entry("holdfast-1", "Apply", "f:k")],
            point: [Entry("gitops", "Apply", "f:k")]
        );

        Assert.Equal([Entry("gitops", "Apply", "f:k"), Entry("controller", "Update", "f:x")], entries);
    }

    [Fact]
    public void Entries_of_one_manager_and_operation_are_united()
    {
        var entries = PutBack(
            live: [Entry("gitops", "Apply", "f:a", "f:b")],
            point: [Entry("gitops", "Apply", "f:b", "f:c"), Entry("gitops", "Update", "f:d")]
        );

        Assert.Equal([Entry("gitops", "Apply", "f:b", "f:c", "f:a"), Entry("gitops", "Update", "f:d")], entries);
    }

    [Fact]
    public void Putting_back_twice_changes_nothing()
    {
        var point = new JsonArray(JsonNode.Parse(Entry("gitops", "Apply", "f:k")));
        var once = FieldOwnership.PutBack(new JsonArray(JsonNode.Parse(Entry("holdfast-1", "Update", "f:k"))), point, "holdfast-1")!;

        Assert.Null(FieldOwnership.PutBack(once, point, "holdfast-1"));
    }

    private static string[] PutBack(string[] live, string[] point) =>
        [.. FieldOwnership.PutBack(Array(live), Array(point), "holdfast-1")!.Select(e => e!.ToJsonString())];

    private static JsonArray Array(string[] entries) => [.. entries.Select(e => JsonNode.Parse(e))];

    private static string Entry(string manager, string operation, params string[] fields) =>
        $$"""{"manager":"{{manager}}","operation":"{{operation}}","apiVersion":"v1","fieldsType":"FieldsV1","""
        + $$"""
            "fieldsV1":{"f:data":{{Fields(fields)}} } }
            """.Replace(" ", "", StringComparison.Ordinal);

    private static string Fields(string[] fields) => "{" + string.Join(',', fields.Select(f => $"\"{f}\":{{}}")) + "}";
}
