using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Types that are left out, broken, forbidden, or whose definition moves.</summary>
[Collection(LiveClusterCollection.Name)]
public sealed class LiveTypesTests(LiveClusterFixture live)
{
    private static readonly ClusterName Name = ClusterName.Parse("live");
    private readonly MemoryStore vault = new(TimeProvider.System);

    [SkippableFact]
    public async Task A_definition_whose_default_changed_makes_its_objects_be_read_again_though_their_versions_are_the_same()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await CustomType.CreateAsync(api, "defaults");
        await CreateCustomAsync(api, "defaults", "v1", "defaulted", 150);
        await ChangeDefaultAsync(api, "defaults", "old");
        await CaptureAsync();

        await ChangeDefaultAsync(api, "defaults", "new");
        var report = await CaptureAsync();

        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
        Assert.Contains(report.Types, t => t is { Type.Resource: "defaults", State: TypeState.Captured, Objects: 150 });
    }

    [SkippableFact]
    public async Task A_definition_that_changes_while_its_objects_are_read_makes_them_be_read_again()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await CustomType.CreateAsync(api, "moves");
        await CreateCustomAsync(api, "moves", "v1", "moving", 5);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        // the change comes with the last request of all, when the objects have been read
        proxy.Inject(
            Fault.Meanwhile(() => ChangeDefaultAsync(api, "moves", "new")),
            r => r.IsListOf("customresourcedefinitions"),
            first: 4
        );

        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var report = await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);

        Assert.Contains(report.Notes, n => n.Contains("moves"));
        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
    }

    [SkippableFact]
    public async Task Custom_types_are_read_at_their_storage_version_so_that_a_dead_conversion_webhook_stops_nothing()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        const string open = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";
        await CustomType.CreateAsync(
            api,
            "converts",
            [CustomType.Version("v1", open, stored: false), CustomType.Version("v1beta1", open)],
            """
            {"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://127.0.0.1:1/convert"}}}
            """
        );
        try
        {
            await CreateCustomAsync(api, "converts", "v1beta1", "converted", 3);

            var report = await CaptureAsync();

            var type = report.Types.Single(t => t.Type.Resource == "converts");
            Assert.Equal(("v1beta1", TypeState.Captured, 3L), (type.Type.Version, type.State, type.Objects));
            Assert.Equal(CaptureState.Succeeded, report.State);
        }
        finally
        {
            await api.DeleteAsync("/api/v1/namespaces/converted");
            await api.DeleteAsync(CustomType.Path("converts"));
            await ServedAsync("capture.test/v1beta1", false);
        }
    }

    [SkippableFact]
    public async Task A_dead_aggregated_API_is_a_gap_unless_its_absence_is_expected()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await api.CreateAsync(
            "/apis/apiregistration.k8s.io/v1/apiservices",
            """
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.dead.example"},
             "spec":{"group":"dead.example","version":"v1","groupPriorityMinimum":100,"versionPriority":100,"service":{"name":"none",
              "namespace":"default"}}}
            """
        );
        try
        {
            await ServedAsync("dead.example/v1", true);

            var report = await CaptureAsync();
            var expecting = await CaptureAsync(r => r with { ExpectedAbsentGroups = ["dead.example"] });

            Assert.Equal((CaptureState.Partial, "dead.example/v1"), (report.State, Assert.Single(report.Gaps).Resource));
            Assert.True(report.Objects > 0);
            Assert.Equal(CaptureState.Succeeded, expecting.State);
            Assert.Equal("expected-absent", expecting.Types.Single(t => t.Type.Group == "dead.example").Rule);
        }
        finally
        {
            await api.DeleteAsync("/apis/apiregistration.k8s.io/v1/apiservices/v1.dead.example");
            await ServedAsync("dead.example/v1", false);
        }
    }

    [SkippableFact]
    public async Task A_type_whose_definition_is_being_deleted_is_captured_with_a_warning()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await CustomType.CreateAsync(api, "endings");
        await CreateCustomAsync(api, "endings", "v1", "ending", 2);
        await api.MergePatchAsync(
            $"/apis/{CustomType.Group}/v1/namespaces/ending/endings/object-000",
            """{"metadata":{"finalizers":["capture.test/hold"]}}"""
        );
        await api.DeleteAsync(CustomType.Path("endings"));
        await UntilAsync("endings", type => !type.Can("create"));
        try
        {
            var report = await CaptureAsync();

            Assert.Equal(TypeState.Captured, report.Types.Single(t => t.Type.Resource == "endings").State);
            Assert.InRange(report.Types.Single(t => t.Type.Resource == "endings").Objects, 1, 2);
            Assert.Contains(report.Warnings, w => w.Contains("endings"));
        }
        finally
        {
            await api.MergePatchAsync(
                $"/apis/{CustomType.Group}/v1/namespaces/ending/endings/object-000",
                """{"metadata":{"finalizers":null}}"""
            );
            await api.DeleteAsync("/api/v1/namespaces/ending");
            await GoneAsync("endings");
        }
    }

    [SkippableFact]
    public async Task Fields_of_another_stored_version_and_a_type_that_is_not_served_are_gaps()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        const string Old =
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"text":{"type":"string"},"old":"""
            + """{"type":"string"} } } } }""";
        const string New = """{"type":"object","properties":{"spec":{"type":"object","properties":{"text":{"type":"string"} } } } }""";
        await CustomType.CreateAsync(api, "grows", [CustomType.Version("v1beta1", Old)], null);
        await CustomType.CreateAsync(api, "mutes");
        await CreateCustomAsync(api, "grows", "v1beta1", "growing", 1);
        await CreateCustomAsync(api, "mutes", "v1", "muting", 1);
        await api.MergePatchAsync(
            CustomType.Path("grows"),
            $$$"""{"spec":{"versions":[{{{CustomType.Version("v1beta1", Old, stored: false)}}},{{{CustomType.Version("v1", New)}}}]}}"""
        );
        var unserved = CustomType
            .Version("v1", """{"type":"object"}""")
            .Replace("\"served\":true", "\"served\":false", StringComparison.Ordinal);
        await api.MergePatchAsync(CustomType.Path("mutes"), $$$"""{"spec":{"versions":[{{{unserved}}}]}}""");
        await GoneAsync("mutes");
        await ServedAsync($"{CustomType.Group}/v1", true);
        try
        {
            var report = await CaptureAsync();

            Assert.Contains(report.Gaps, g => g.Resource == $"grows.{CustomType.Group}" && g.Reason.Contains(".spec.old"));
            Assert.Contains(report.Gaps, g => g.Resource == $"mutes.{CustomType.Group}" && g.Reason.Contains("served"));
            Assert.Equal(TypeState.Failed, report.Types.Single(t => t.Type.Resource == "mutes").State);
        }
        finally
        {
            await api.DeleteAsync(CustomType.Path("grows"));
            await api.DeleteAsync(CustomType.Path("mutes"));
            await api.DeleteAsync("/api/v1/namespaces/growing");
            await api.DeleteAsync("/api/v1/namespaces/muting");
            await GoneAsync("grows");
        }
    }

    [SkippableFact]
    public async Task A_definition_nested_deeper_than_a_readers_default_is_captured()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        var schema =
            string.Concat(Enumerable.Repeat("""{"type":"object","properties":{"p":""", 60))
            + """{"type":"string"}"""
            + string.Concat(Enumerable.Repeat("}}", 60));
        await CustomType.CreateAsync(api, "deeps", schema);
        try
        {
            var report = await CaptureAsync();

            Assert.Equal(TypeState.Captured, report.Types.Single(t => t.Type.Resource == "deeps").State);
            await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
        }
        finally
        {
            await api.DeleteAsync(CustomType.Path("deeps"));
            await GoneAsync("deeps");
        }
    }

    [SkippableFact]
    public async Task A_type_that_may_not_be_listed_is_a_gap_that_names_it_and_the_rest_is_captured()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await SecretlessAccount.GrantAsync(live.Cluster, api);

        using var connection = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        var report = await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);

        Assert.Equal(CaptureState.Partial, report.State);
        var gap = Assert.Single(report.Gaps);
        Assert.Equal("secrets", gap.Resource);
        Assert.Contains("secrets", gap.Reason);
        Assert.Equal(TypeState.Failed, report.Types.Single(t => t.Type.GroupResource == "secrets").State);
        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
        await SecretlessAccount.RevokeAsync(live.Cluster, api);
    }

    [SkippableFact]
    public async Task What_is_labelled_to_be_excluded_is_left_out_object_by_object_and_namespace_by_namespace()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "shown", 2);
        await Objects.CreateAsync(api, "hidden", 2, """{"holdfast.dev/exclude":"true"}""");
        await api.CreateAsync("/api/v1/namespaces/shown/configmaps", Objects.Map(7, """{"holdfast.dev/exclude":"true"}"""));
        await api.CreateAsync("/api/v1/namespaces/shown/configmaps", Objects.Map(8, """{"holdfast.dev/exclude":"false"}"""));

        var report = await CaptureAsync(r => r with { Scope = new() { Namespaces = ["shown", "hidden"] } });

        var reader = await Archive.Points.RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
        var maps = await ExpectedState.ReadAsync(reader, "configmaps");
        Assert.Equal(["shown/map-000", "shown/map-001", "shown/map-008"], maps.Keys.Where(k => k.Contains("map-")));
        Assert.DoesNotContain("/hidden", (await ExpectedState.ReadAsync(reader, "namespaces")).Keys);
        Assert.Equal(1, report.Types.Single(t => t.Type.GroupResource == "configmaps").ObjectsExcluded);
        Assert.Equal(1, report.Types.Single(t => t.Type.GroupResource == "namespaces").ObjectsExcluded);
    }

    private static string Schema(string def) =>
        """{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":"""
        + """{"colour":{"type":"string","default":"DEFAULT"}}}}}""".Replace("DEFAULT", def);

    private static async Task CreateCustomAsync(RawApi api, string plural, string version, string ns, int count)
    {
        await api.CreateAsync("/api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}"}}""");
        var kind = char.ToUpperInvariant(plural[0]) + plural[1..^1];
        await Parallel.ForAsync(
            0,
            count,
            async (i, _) =>
                await api.CreateAsync(
                    $"/apis/{CustomType.Group}/{version}/namespaces/{ns}/{plural}",
                    $$$"""{"apiVersion":"{{{CustomType.Group}}}/{{{version}}}","kind":"{{{kind}}}","metadata":"""
                        + $$$"""{"name":"object-{{{i:000}}}"},"spec":{"text":"{{{new string('t', 400)}}}"}}"""
                )
        );
    }

    /// <summary>Changes the default and waits until the server shows it.</summary>
    private static async Task ChangeDefaultAsync(RawApi api, string plural, string to)
    {
        await api.MergePatchAsync(CustomType.Path(plural), $$$"""{"spec":{"versions":[{{{CustomType.Version("v1", Schema(to))}}}]}}""");
        for (var shown = false; !shown; await Task.Delay(50))
        {
            using var list = await api.GetAsync($"/apis/{CustomType.Group}/v1/{plural}?limit=1");
            shown =
                list.RootElement.GetProperty("items")[0].GetProperty("spec").TryGetProperty("colour", out var colour)
                && colour.GetString() == to;
        }
    }

    /// <summary>
    /// Waits until discovery shows a group version, if only as one that fails, or no longer does. Newer servers have two forms of
    /// discovery, and one may be ahead of the other: it is the one that captures read.
    /// </summary>
    private async Task ServedAsync(string groupVersion, bool served)
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (var shown = !served; shown != served; await Task.Delay(50, patience.Token))
        {
            var surface = await Discovery.ReadAsync(connection, patience.Token);
            shown = surface.Resources.Any(r => r.ApiVersion == groupVersion) || surface.Failures.Any(f => f.GroupVersion == groupVersion);
        }
    }

    /// <summary>Waits until discovery lists a type so, or no longer at all.</summary>
    /// <summary>Other tests of this cluster would capture a type that goes while they look at it.</summary>
    private Task GoneAsync(string plural) => UntilAsync(plural, _ => false);

    private async Task UntilAsync(string plural, Func<ApiResource, bool> isSo)
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (
            (await Discovery.ReadAsync(connection, patience.Token)).Resources.FirstOrDefault(r => r.Resource == plural) is { } type
            && !isSo(type)
        )
            await Task.Delay(50, patience.Token);
    }

    private async Task<CaptureReport> CaptureAsync(Func<CaptureRequest, CaptureRequest>? with = null)
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var request = new CaptureRequest();
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, with?.Invoke(request) ?? request, null, default);
    }
}
