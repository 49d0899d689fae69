using System.Text;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Tests.Planning;

namespace Holdfast.Restore.Tests.PlanDocuments;

public sealed class PlanDocumentTests
{
    private const string Point =
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: shop }, data: { k: '<one> & \"two\"' } }";
    private const string Live =
        "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, "
        + "namespace: shop, uid: u, resourceVersion: \"7\" }, data: { k: x } }";

    [Fact]
    public async Task What_is_written_is_read_back_the_same()
    {
        var plan = await PlanAsync();

        var read = PlanDocument.Read(PlanDocument.Write(plan));

        Assert.Equal(PlanDocument.Write(plan), PlanDocument.Write(read));
        Assert.Equal(PlanDocument.Digest(plan), read.Digest);
        Assert.Equal([new("/data/k", "\"x\"", "\"<one> & \\\"two\\\"\"")], read.Steps[0].Diff.AsEnumerable());
        Assert.Equal(plan.Request.Point, read.Request.Point);
    }

    [Fact]
    public async Task A_field_that_only_one_side_has_is_read_back_the_same()
    {
        var plan = await Plans.PlanAsync(
            Point,
            Live.Replace("k: x", "only-live: x", StringComparison.Ordinal),
            Rules.RuleCase.Plain with
            {
                Existing = ExistingPolicy.Replace,
            }
        );

        var read = PlanDocument.Read(PlanDocument.Write(plan));

        Assert.Equal(2, plan.Steps[0].Diff.Length);
        Assert.Equal(plan.Steps[0].Diff.AsEnumerable(), read.Steps[0].Diff.AsEnumerable());
    }

    [Fact]
    public async Task Equal_plans_are_equal_bytes() =>
        Assert.Equal(PlanDocument.Write(await PlanAsync()), PlanDocument.Write(await PlanAsync()));

    [Theory]
    [InlineData("\"action\":\"Replace\"", "\"action\":\"Delete\"", "changed after planning")]
    [InlineData("\"name\":\"a\"", "\"name\":\"b\"", "changed after planning")]
    [InlineData("\"version\":1", "\"version\":3", "version 3")]
    [InlineData("holdfast-plan", "holdfast-plant", "format is 'holdfast-plant'")]
    [InlineData("\"run\":", "\"surprise\":1,\"run\":", "not well-formed")]
    [InlineData("\"reason\":", "\"Reason\":", "not well-formed")]
    [InlineData("\"digest\":", "\"digest\":null,\"digest\":", "not well-formed")]
    public async Task A_document_that_is_not_exactly_a_plan_is_refused(string was, string becomes, string why)
    {
        var text = Encoding.UTF8.GetString(PlanDocument.Write(await PlanAsync()));
        var at = text.LastIndexOf(was, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        var changed = Encoding.UTF8.GetBytes(text[..at] + becomes + text[(at + was.Length)..]);

        var refused = Assert.Throws<RestoreException>(() => PlanDocument.Read(changed));

        Assert.Equal(RestoreRefusal.BadPlan, refused.Refusal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("not JSON")]
    public void Anything_else_is_refused(string document) =>
        Assert.Equal(
            RestoreRefusal.BadPlan,
            Assert.Throws<RestoreException>(() => PlanDocument.Read(Encoding.UTF8.GetBytes(document))).Refusal
        );

    private static Task<RestorePlan> PlanAsync() =>
        Plans.PlanAsync(Point, Live, Rules.RuleCase.Plain with { Existing = ExistingPolicy.Replace });
}
