using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Selection;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Comparing;

public sealed class PointDiffTests
{
    private const string Earlier = """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: a, namespace: shop, uid: u1, resourceVersion: "1", labels: { app: web } }
        data: { k: one }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: b, namespace: shop, uid: u2, resourceVersion: "2" }
        data: { k: two }
        ---
        apiVersion: v1
        kind: Secret
        metadata: { name: s, namespace: shop, uid: u3, resourceVersion: "3" }
        data: { password: b2xk }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop, uid: u4, resourceVersion: "4" }
        spec: { type: NodePort, clusterIP: 10.0.0.1, ports: [{ port: 80, nodePort: 30080 }] }
        """;

    [Fact]
    public async Task Added_removed_and_changed_objects_are_listed_with_their_fields_in_the_direction_of_time()
    {
        var later = Earlier
            .Replace("k: one", "k: three", StringComparison.Ordinal)
            .Replace("name: b,", "name: c,", StringComparison.Ordinal);

        var changes = await BetweenAsync(Earlier, later);

        Assert.Equal(["Changed configmaps shop/a", "Removed configmaps shop/b", "Added configmaps shop/c"], changes.Select(Line));
        Assert.Equal(new FieldDiff("/data/k", "\"one\"", "\"three\""), Assert.Single(changes[0].Diff));
    }

    [Fact]
    public async Task What_only_servers_set_is_no_change()
    {
        var later = Earlier
            .Replace("uid: u", "uid: other", StringComparison.Ordinal)
            .Replace("resourceVersion: \"", "resourceVersion: \"9", StringComparison.Ordinal)
            .Replace("10.0.0.1", "10.0.7.7", StringComparison.Ordinal)
            .Replace("30080", "31999", StringComparison.Ordinal);

        Assert.Empty(await BetweenAsync(Earlier, later));
    }

    [Fact]
    public async Task Secret_data_is_shown_as_digests()
    {
        var diff = Assert.Single(
            Assert.Single(await BetweenAsync(Earlier, Earlier.Replace("b2xk", "bmV3", StringComparison.Ordinal))).Diff
        );

        Assert.Equal("/data/password", diff.Path);
        Assert.StartsWith("\"sha256:", diff.Live, StringComparison.Ordinal);
        Assert.NotEqual(diff.Live, diff.Desired);
    }

    [Fact]
    public async Task A_pull_secret_that_an_account_has_gained_is_a_change()
    {
        const string account =
            "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, imagePullSecrets: [{ name: old }] }";

        var changes = await BetweenAsync(
            account,
            account.Replace("{ name: old }", "{ name: old }, { name: new }", StringComparison.Ordinal)
        );

        Assert.Equal(
            new FieldDiff("/imagePullSecrets/1", null, "{\"name\":\"new\"}") { Label = "/imagePullSecrets[name=new]" },
            Assert.Single(Assert.Single(changes).Diff)
        );
    }

    [Fact]
    public async Task Pods_that_controllers_made_again_are_no_change_and_the_notes_say_how_many_were_left_out()
    {
        const string pod =
            "{ apiVersion: v1, kind: Pod, metadata: { name: web-NAME, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: "
            + "ReplicaSet, name: web, uid: x, controller: true }] } }";
        var diff = Diff(pod.Replace("NAME", "a", StringComparison.Ordinal), pod.Replace("NAME", "b", StringComparison.Ordinal), new());

        Assert.Empty(await ChangesAsync(diff));
        Assert.StartsWith("2 objects", Assert.Single(diff.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_that_both_points_have_are_not_read()
    {
        var many = string.Join(
            "\n---\n",
            Enumerable
                .Range(100, 60)
                .Select(i => $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: c{i}, namespace: shop }}, data: {{ k: v }} }}")
        );
        var read = new List<int>();
        var before = Counting(ManifestPoint.Of(YamlManifests.Parse(many)), read);
        var after = ManifestPoint.Of(
            YamlManifests.Parse(
                many.Replace(
                    "name: c130, namespace: shop }, data: { k: v }",
                    "name: c130, namespace: shop }, data: { k: w }",
                    StringComparison.Ordinal
                )
            )
        );

        var changes = await ChangesAsync(PointDiff.Between(before, after, new(), new(new byte[32])));

        Assert.Equal("Changed configmaps shop/c130", Line(Assert.Single(changes)));
        Assert.Equal([10], read);
    }

    [Fact]
    public async Task A_selection_narrows_what_is_compared()
    {
        var later = Earlier.Replace("k: one", "k: three", StringComparison.Ordinal).Replace("k: two", "k: three", StringComparison.Ordinal);

        Assert.Equal(["Changed configmaps shop/a"], (await ChangesAsync(Diff(Earlier, later, new() { Labels = "app=web" }))).Select(Line));
    }

    [Fact]
    public async Task A_kind_that_only_the_later_point_has_can_be_selected() =>
        Assert.Equal(
            ["Added jobs.batch shop/j"],
            (
                await ChangesAsync(
                    Diff(
                        Earlier,
                        Earlier + "\n---\n{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop }, spec: {} }",
                        new() { Kinds = ["job"] }
                    )
                )
            ).Select(Line)
        );

    [Fact]
    public async Task A_type_that_one_point_failed_to_capture_is_noted_instead_of_reported_as_removed()
    {
        var after = ManifestPoint.Of(
            YamlManifests.Parse(Earlier).Where(m => m.Text("kind") != "Secret"),
            change: i =>
                i with
                {
                    Types = i.Types.Add(
                        new()
                        {
                            Type = new("", "v1", "secrets", "Secret", true),
                            State = TypeState.Failed,
                            Error = "403",
                        }
                    ),
                }
        );
        var diff = PointDiff.Between(ManifestPoint.Of(YamlManifests.Parse(Earlier)), after, new(), new(new byte[32]));

        Assert.Empty(await ChangesAsync(diff));
        Assert.Contains("the later point failed to capture them (403)", Assert.Single(diff.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_in_another_order_than_that_of_keys_are_paired_all_the_same()
    {
        var before = ManifestPoint.Of(YamlManifests.Parse(Earlier));
        var backwards = new PointManifests(
            before.Inventory,
            async (segment, part, cancellation) => [.. (await ReadAsync(before, segment, part, cancellation)).Reverse()]
        );
        // Another digest, or it would not be read at all.
        var changed = new PointManifests(
            Unlike(backwards.Inventory),
            (segment, part, cancellation) => ReadAsync(backwards, segment, part, cancellation)
        );

        Assert.Empty(await ChangesAsync(PointDiff.Between(before, changed, new(), new(new byte[32]))));
    }

    [Fact]
    public async Task A_point_is_compared_with_the_live_cluster_without_what_captures_leave_out()
    {
        var live = new ManifestTarget(
            YamlManifests.Parse(
                Earlier.Replace("k: one", "k: three", StringComparison.Ordinal)
                    + "\n---\n{ apiVersion: v1, kind: Event, metadata: { name: e, namespace: shop } }"
                    + "\n---\n{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop }, spec: {} }"
            )
        );
        var diff = PointDiff.WithLive(
            ManifestPoint.Of(YamlManifests.Parse(Earlier)),
            _ => Task.FromResult(live.Read()),
            new(),
            new(new byte[32])
        );

        Assert.Equal(["Changed configmaps shop/a", "Added jobs.batch shop/j"], (await ChangesAsync(diff)).Select(Line));
    }

    [Fact]
    public async Task A_live_type_that_may_not_be_listed_is_noted()
    {
        var live = new ManifestTarget(YamlManifests.Parse(Earlier)) { Forbidden = ["secrets"] };
        var diff = PointDiff.WithLive(
            ManifestPoint.Of(YamlManifests.Parse(Earlier)),
            _ => Task.FromResult(live.Read()),
            new(),
            new(new byte[32])
        );

        Assert.Empty(await ChangesAsync(diff));
        Assert.StartsWith("secrets were not compared: 403", Assert.Single(diff.Notes), StringComparison.Ordinal);
    }

    private static string Line(ObjectChange change) =>
        $"{change.Kind} {change.Resource} {(change.Namespace is null ? "" : change.Namespace + "/")}{change.Name}";

    private static Task<List<ObjectChange>> BetweenAsync(string earlier, string later) => ChangesAsync(Diff(earlier, later, new()));

    private static PointDiff Diff(string earlier, string later, RestoreSelection selection) =>
        PointDiff.Between(
            ManifestPoint.Of(YamlManifests.Parse(earlier)),
            ManifestPoint.Of(YamlManifests.Parse(later)),
            selection,
            new(new byte[32])
        );

    private static async Task<List<ObjectChange>> ChangesAsync(PointDiff diff)
    {
        var changes = new List<ObjectChange>();
        await foreach (var change in diff.ChangesAsync(CancellationToken.None))
            changes.Add(change);
        return changes;
    }

    private static PointManifests Counting(PointManifests point, List<int> read) =>
        new(
            point.Inventory,
            (segment, part, cancellation) =>
            {
                read.Add(part);
                return ReadAsync(point, segment, part, cancellation);
            }
        );

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(
        PointManifests point,
        Segment segment,
        int part,
        CancellationToken cancellation
    )
    {
        var index = point.SegmentsOf(segment.Resource).First(i => point.Inventory.Segments[i].Namespace == segment.Namespace);
        await foreach (var (_, _, manifests) in point.ReadPartsAsync([(index, part)], cancellation))
            return manifests;
        return [];
    }

    private static Inventory Unlike(Inventory inventory) =>
        inventory with
        {
            Segments =
            [
                .. inventory.Segments.Select(s =>
                    s with
                    {
                        Fingerprint = ContentDigest.Of([1]),
                        Parts = [.. s.Parts.Select(p => p with { RawDigest = ContentDigest.Of([2]) })],
                    }
                ),
            ],
        };
}
