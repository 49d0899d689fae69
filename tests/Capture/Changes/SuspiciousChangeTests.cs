using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Changes;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Capture.Tests.Changes;

public sealed class SuspiciousChangeTests
{
    private const string Bindings = "clusterrolebindings.rbac.authorization.k8s.io";
    private const string Webhooks = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
    private readonly MemoryStore vault = new(new FakeTimeProvider(SamplePoint.Time));
    private int captures;

    [Theory]
    [InlineData(100, 40, 60), InlineData(100, 51, null), InlineData(1000, 900, null), InlineData(300, 240, 60)]
    public async Task Many_objects_that_are_gone_are_suspicious_by_number_and_by_share(int before, int after, int? gone)
    {
        var found = await FindAsync([Maps(before)], [Maps(after)]);

        Assert.Equal(gone, found.SingleOrDefault(c => c.Kind == SuspicionKind.MassDeletion)?.Count);
    }

    [Fact]
    public async Task A_namespace_that_is_gone_counts_with_all_that_was_in_it()
    {
        var found = await FindAsync([Maps(60), Maps(60, "bank")], [Maps(60)]);

        Assert.Equal((SuspicionKind.MassDeletion, 60), (Assert.Single(found).Kind, found[0].Count));
    }

    [Fact]
    public async Task Pods_that_are_gone_are_none()
    {
        var pods = new SampleSegment(
            "pods",
            "shop",
            [.. Enumerable.Range(0, 100).Select(i => $$$"""{"metadata":{"name":"p{{{i:000}}}"}}""")]
        );

        Assert.Empty(await FindAsync([pods, Maps(1)], [Maps(1)]));
    }

    [Fact]
    public async Task What_only_one_of_the_points_covers_is_no_change()
    {
        var narrow = await WriteAsync([Maps(1)], new() { Namespaces = ["shop"] });
        var wide = await WriteAsync([Maps(100, "bank"), Maps(1)]);
        var labelled = await WriteAsync([Maps(1)], new() { LabelSelector = "app=web" });

        Assert.Empty(await FindAsync(wide, narrow));
        Assert.Empty(await FindAsync(wide, labelled));
    }

    [Fact]
    public async Task A_subject_that_is_newly_bound_to_cluster_admin_is_named()
    {
        SampleSegment before = new(Bindings, null, Binding("admins", "cluster-admin", "alex"), Binding("viewers", "view", "kim"));
        SampleSegment after = new(
            Bindings,
            null,
            Binding("admins", "cluster-admin", "alex", "eve"),
            Binding("viewers", "view", "kim", "eve")
        );

        var only = Assert.Single(await FindAsync([before], [after]));

        Assert.Equal((SuspicionKind.ClusterAdmin, 1), (only.Kind, only.Count));
        Assert.Contains("eve by admins", only.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_is_new_or_calls_another_address_is_suspicious_and_another_change_of_it_is_not()
    {
        SampleSegment before = new(Webhooks, null, Webhook("a", "https://a.example", 1), Webhook("b", "https://b.example", 1));
        SampleSegment after = new(
            Webhooks,
            null,
            Webhook("a", "https://evil.example", 1),
            Webhook("b", "https://b.example", 2),
            Webhook("c", "https://c.example", 1)
        );

        var only = Assert.Single(await FindAsync([before], [after]));

        Assert.Equal((SuspicionKind.Webhook, 2), (only.Kind, only.Count));
    }

    [Theory]
    [
        InlineData("""{"containers":[{"securityContext":{"privileged":true}}]}""", true),
        InlineData("""{"initContainers":[{"securityContext":{"privileged":true}}]}""", true),
        InlineData("""{"hostPID":true}""", true),
        InlineData("""{"hostNetwork":true}""", true),
        InlineData("""{"containers":[{"securityContext":{"privileged":false}}]}""", false)
    ]
    public async Task A_workload_that_becomes_privileged_is_suspicious(string pod, bool expected)
    {
        var found = await FindAsync([Deployment("""{"containers":[]}""")], [Deployment(pod)]);

        Assert.Equal(expected, found.Any(c => c.Kind == SuspicionKind.PrivilegedWorkload));
        Assert.Empty(await FindAsync([Deployment(pod)], [Deployment(pod.Replace("]", ",{}]", StringComparison.Ordinal))]));
    }

    [Fact]
    public async Task Many_secrets_whose_data_changed_are_suspicious_and_their_values_nowhere()
    {
        var found = await FindAsync([Secrets(20, "aHVudGVyMg==")], [Secrets(12, "b3RoZXI=", of: 20, otherwise: "aHVudGVyMg==")]);

        var only = Assert.Single(found);
        Assert.Equal((SuspicionKind.SecretChurn, 12), (only.Kind, only.Count));
        Assert.DoesNotContain("b3RoZXI", only.Message, StringComparison.Ordinal);
        Assert.Empty(await FindAsync([Secrets(20, "aHVudGVyMg==")], [Secrets(9, "b3RoZXI=", of: 20, otherwise: "aHVudGVyMg==")]));
    }

    [Fact]
    public async Task A_threshold_of_nothing_turns_its_check_off_and_reads_nothing()
    {
        var (before, after) = (
            await WriteAsync([Maps(100), new(Bindings, null, Binding("a", "view", "x"))]),
            await WriteAsync([Maps(1), new(Bindings, null, Binding("a", "cluster-admin", "x"))])
        );
        var counted = new FaultyStore(vault);

        Assert.Empty(await FindAsync(before, after, new(0, 20, 0, 50, 0, 0, 0), counted));
        Assert.Equal(0, counted.Count(StoreOperation.ReadRange));
    }

    [Fact]
    public async Task Segments_that_did_not_change_are_not_read()
    {
        var known = new[] { Secrets(20, "eA=="), Deployment("{}"), Maps(10) };
        var (before, after) = (await WriteAsync(known), await WriteAsync([.. known.Take(2), Maps(11)]));
        var counted = new FaultyStore(vault);

        Assert.Empty(await FindAsync(before, after, null, counted));
        Assert.Equal(0, counted.Count(StoreOperation.ReadRange));
    }

    [Fact]
    public async Task What_changed_beyond_the_limit_is_not_read_and_the_note_says_so()
    {
        SampleSegment[] Namespaces(string value) => [.. Enumerable.Range(100, 200).Select(i => Secrets(1, value, ns: $"n{i}"))];
        var (before, after) = (await WriteAsync(Namespaces("eA==")), await WriteAsync(Namespaces("eQ==")));
        var counted = new FaultyStore(vault);

        var (_, note) = await CheckOf(before, after, null, counted).FindAsync(default);

        Assert.NotNull(note);
        Assert.Equal(256, counted.Count(StoreOperation.ReadRange));
    }

    private async Task<IReadOnlyList<SuspiciousChange>> FindAsync(SampleSegment[] before, SampleSegment[] after) =>
        await FindAsync(await WriteAsync(before), await WriteAsync(after));

    private async Task<IReadOnlyList<SuspiciousChange>> FindAsync(
        (Seal, Inventory) before,
        (Seal, Inventory) after,
        ChangeThresholds? thresholds = null,
        IBlobStore? store = null
    ) => (await CheckOf(before, after, thresholds, store).FindAsync(default)).Found;

    private ChangeCheck CheckOf(
        (Seal Seal, Inventory Inventory) before,
        (Seal Seal, Inventory Inventory) after,
        ChangeThresholds? thresholds,
        IBlobStore? store
    ) =>
        new(
            RecoveryPointReader.Of(store ?? vault, before.Seal, before.Inventory),
            RecoveryPointReader.Of(store ?? vault, after.Seal, after.Inventory),
            thresholds ?? new()
        );

    private async Task<(Seal, Inventory)> WriteAsync(SampleSegment[] segments, CaptureScope? scope = null)
    {
        var at = SamplePoint.Time.AddHours(captures++);
        var writer = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new FakeTimeProvider(at));
        var packed = await SamplePoint.PackAsync(writer, segments, PackLimits.Default);
        var inventory = SamplePoint.InventoryOf(packed, at) with { Scope = scope ?? new() };
        return ((await writer.SealAsync(inventory, new(PointState.Succeeded, null), default)).Seal, inventory);
    }

    private static SampleSegment Maps(int count, string ns = "shop") =>
        new("configmaps", ns, [.. Enumerable.Range(0, count).Select(i => $$$"""{"metadata":{"name":"m{{{i:0000}}}"}}""")]);

    private static SampleSegment Secrets(int count, string value, int of = 0, string otherwise = "", string ns = "shop") =>
        new(
            "secrets",
            ns,
            [
                .. Enumerable
                    .Range(0, Math.Max(count, of))
                    .Select(i => $$$"""{"metadata":{"name":"s{{{i:00}}}"},"data":{"k":"{{{(i < count ? value : otherwise)}}}"}}"""),
            ]
        );

    private static SampleSegment Deployment(string pod) =>
        new("deployments.apps", "shop", $$$"""{"metadata":{"name":"web"},"spec":{"template":{"spec":{{{pod}}} }} }""");

    private static string Binding(string name, string role, params string[] subjects) =>
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = new JsonArray([.. subjects.Select(s => new JsonObject { ["kind"] = "User", ["name"] = s })]),
        }.ToJsonString();

    private static string Webhook(string name, string url, int timeout) =>
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["webhooks"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = $"{name}.example.org",
                    ["timeoutSeconds"] = timeout,
                    ["clientConfig"] = new JsonObject { ["url"] = url },
                }
            ),
        }.ToJsonString();
}
