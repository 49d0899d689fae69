using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Selection;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Manifests that no reader takes, among others.</summary>
public sealed class UnreadableManifestTests
{
    private const string Three = """
        { apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: shop }, data: { k: v } }
        ---
        { apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: shop }, data: { k: v } }
        ---
        { apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop }, data: { k: v } }
        """;

    private const string Live = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }";

    public static TheoryData<string, string> Unreadable =>
        new()
        {
            { """{"metadata":{"name":"b"},"data":{"k":""", "b" },
            {
                """{"metadata":{"name":"b"},"x":"""
                    + new string('[', FormatLimits.ManifestDepth)
                    + new string(']', FormatLimits.ManifestDepth)
                    + "}",
                "b"
            },
            { """{"metadata":{"name":"b"},"data":{"k":"1","k":"2"}}""", "b" },
            { """{"metadata":{"name":"b"},"data":{"k":"\ud800"}}""", "b" },
            { "no JSON at all", "(number 2, without a name)" },
            { "[]", "(number 2, without a name)" },
        };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_plan_skips_it_by_name_counts_it_as_missing_and_plans_the_others(string manifest, string name)
    {
        var plan = await Plans.PlanAsync(PointWith(manifest), new ManifestTarget(YamlManifests.Parse(Live)));

        var skipped = plan.Steps.Single(s => s.Action == StepAction.Skip);
        Assert.Equal((name, "shop", true), (skipped.Name, skipped.Namespace, skipped.Incomplete));
        Assert.Equal(["a", "c"], plan.Steps.Where(s => s.Action == StepAction.Create).Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_comparison_names_it_and_does_not_say_equal(string manifest, string name)
    {
        _ = name;
        var diff = PointDiff.Between(
            PointWith(manifest),
            ManifestPoint.Of(YamlManifests.Parse(Three.Replace("k: v", "k: w", StringComparison.Ordinal))),
            new(),
            new(new byte[32])
        );

        _ = await diff.ChangesAsync(default).ToListAsync();

        Assert.False(diff.IsComplete);
        Assert.Contains(diff.Notes, note => note.Contains("configmaps", StringComparison.Ordinal));
    }

    [Fact]
    public void The_deepest_manifest_that_is_stored_is_read()
    {
        var deepest = Encoding.UTF8.GetBytes(
            """{"x":""" + new string('[', FormatLimits.ManifestDepth - 1) + new string(']', FormatLimits.ManifestDepth - 1) + "}"
        );

        Assert.Null(ManifestText.Fault(deepest));
        Assert.Equal(deepest, ManifestJson.Write(ManifestJson.Parse(deepest)));
    }

    /// <summary>The three, the second of which is this.</summary>
    private static PointManifests PointWith(string manifest)
    {
        var point = ManifestPoint.Of(YamlManifests.Parse(Three));
        return new(
            point.Inventory,
            async (segment, part, cancellation) =>
            {
                var index = point.Inventory.Segments.IndexOf(segment);
                var manifests = (await point.ReadPartsAsync([(index, part)], cancellation).FirstAsync(cancellation)).Manifests.ToList();
                if (segment.Resource == "configmaps")
                    manifests[1] = Encoding.UTF8.GetBytes(manifest);
                return manifests;
            }
        );
    }
}
