using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>A rollback, or a clone, whose target has moved between its plan and its writes.</summary>
public sealed class MovedRollbackTests : IAsyncLifetime, IDisposable
{
    private const string Excluded = """{"metadata":{"labels":{"holdfast.dev/exclude":"true"}}}""";
    private const string Changed = """{"data":{"a":"mine"}}""";

    private static readonly ClusterName Name = ClusterName.Parse("prod");
    private static readonly WriteOptions Tests = new("tests");
    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false, []);
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, []);
    private static readonly ApiResource Secrets = new("", "v1", "secrets", "Secret", true, []);
    private static readonly ApiResource Definitions = new(
        "apiextensions.k8s.io",
        "v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        false,
        []
    );
    private static readonly ApiResource Widgets = new("example.com", "v1", "widgets", "Widget", true, []);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");
    private readonly MemoryStore vault = new();
    private SimulatedCluster cluster = null!;
    private ClusterConnection target = null!;

    [Fact]
    public async Task What_is_to_be_deleted_goes_if_it_is_as_planned_or_gone_and_stays_if_it_has_changed()
    {
        var (point, plan) = await AddedAsync("as-planned", "gone", "changed");
        await DeleteAsync(ConfigMaps, "shop", "gone");
        await PatchAsync(ConfigMaps, "shop", "changed", Changed);

        var report = await ApplyAsync(point, plan);

        Assert.Equal(2, report.Counts["Deleted"]);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(("changed", "changed since the plan, and wasn't deleted; plan again"), (failure.Name, failure.Reason));
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "changed"));
        Assert.False(await IsThereAsync(ConfigMaps, "shop", "as-planned"));
    }

    [Fact]
    public async Task Another_object_under_the_name_of_one_that_is_to_be_deleted_stays()
    {
        var (point, plan) = await AddedAsync("replaced");
        await DeleteAsync(ConfigMaps, "shop", "replaced");
        await CreateAsync(ConfigMaps, "shop", "replaced");

        var report = await ApplyAsync(point, plan);

        Assert.Equal("replaced", Assert.Single(report.Failures).Name);
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "replaced"));
    }

    [Fact]
    public async Task What_the_plan_found_equal_is_created_again_if_it_is_gone_and_fails_if_it_has_changed()
    {
        await CreateAsync(ConfigMaps, "shop", "changed");
        await CreateAsync(ConfigMaps, "shop", "touched");
        var (point, plan) = await AddedAsync("added");
        await DeleteAsync(ConfigMaps, "shop", "kept");
        await PatchAsync(ConfigMaps, "shop", "changed", Changed);
        await PatchAsync(ConfigMaps, "shop", "touched", Changed);
        await PatchAsync(ConfigMaps, "shop", "touched", """{"data":{"a":"1"}}""");

        var report = await ApplyAsync(point, plan);

        Assert.Equal((1, 1), (report.Counts["Created"], report.Counts["Deleted"]));
        Assert.Equal("configmaps/kept in shop: was deleted since the plan; created again", Assert.Single(report.Notes));
        var failure = Assert.Single(report.Failures);
        Assert.Equal("changed", failure.Name);
        Assert.Contains("changed since the plan", failure.Reason);
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "kept"));
    }

    [Theory]
    [InlineData(false, OutcomeKind.Recreated)]
    [InlineData(true, OutcomeKind.Failed)]
    public async Task What_is_to_be_recreated_is_created_if_it_is_gone_and_stays_if_it_has_changed(bool changes, OutcomeKind expected)
    {
        await CreateAsync(Secrets, "shop", "key", """ "type":"example.com/one" """);
        var point = await CaptureAsync();
        await DeleteAsync(Secrets, "shop", "key");
        await CreateAsync(Secrets, "shop", "key", """ "type":"example.com/two" """);
        var plan = await PlanAsync(point);
        Assert.Contains(plan.Steps, s => s is { Name: "key", Action: StepAction.Recreate });
        if (changes)
            await PatchAsync(Secrets, "shop", "key", """{"data":{"k":"bWluZQ=="}}""");
        else
            await DeleteAsync(Secrets, "shop", "key");

        var report = await ApplyAsync(point, plan);

        Assert.Equal(1, report.Counts[expected.ToString()]);
        Assert.Contains("since the plan", report.Notes.Concat(report.Failures.Select(f => f.Reason)).Single());
    }

    [Fact]
    public async Task A_namespace_that_captures_leave_out_since_the_plan_is_left_alone_since_no_safety_point_holds_it()
    {
        await CreateAsync(ConfigMaps, "shop", "differs");
        await CreateAsync(Secrets, "shop", "key", """ "type":"example.com/one" """);
        var point = await CaptureAsync();
        await PatchAsync(ConfigMaps, "shop", "differs", Changed);
        await DeleteAsync(Secrets, "shop", "key");
        await CreateAsync(Secrets, "shop", "key", """ "type":"example.com/two" """);
        await CreateAsync(ConfigMaps, "shop", "added");
        var plan = await PlanAsync(point);
        await PatchAsync(Namespaces, null, "shop", Excluded);

        var report = await ApplyAsync(point, plan);

        Assert.Equal(["added", "differs", "key"], report.Failures.Where(f => f.Namespace == "shop").Select(f => f.Name).Order());
        Assert.All(report.Failures.Where(f => f.Namespace == "shop"), f => Assert.Contains("excluded from captures since", f.Reason));
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "added"));
    }

    [Fact]
    public async Task In_a_namespace_that_can_not_be_read_nothing_is_deleted()
    {
        var (point, plan) = await AddedAsync("added");
        var hidden = cluster.Inject(new("/api/v1/namespaces/shop") { Method = "GET", Status = 403 });

        var report = await ApplyAsync(point, plan);

        var failure = Assert.Single(report.Failures, f => f.Name == "added");
        Assert.Contains("can't be read", failure.Reason, StringComparison.Ordinal);
        hidden.Dispose();
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "added"));
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_since_the_plan_comes_back_whole()
    {
        var (point, plan) = await AddedAsync("added");
        await DeleteAsync(Namespaces, null, "shop");

        var report = await ApplyAsync(point, plan);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.True(await IsThereAsync(ConfigMaps, "shop", "kept"));
        Assert.False(await IsThereAsync(ConfigMaps, "shop", "added"));
        Assert.Contains(report.Notes, n => n.Contains("created again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_of_a_type_that_is_gone_since_the_plan_come_back_with_its_definition()
    {
        await CreateDefinitionAsync();
        await CreateAsync(Widgets, "shop", "blue");
        var (point, plan) = await AddedAsync("added");
        await DeleteAsync(Definitions, null, "widgets.example.com");

        var report = await ApplyAsync(point, plan);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.True(await IsThereAsync(Widgets, "shop", "blue"));
    }

    [Fact]
    public async Task In_a_clone_what_appeared_under_the_mapped_name_is_handled_by_the_policy_and_reported()
    {
        var point = await CaptureAsync();
        var request = Request(point) with
        {
            Existing = ExistingPolicy.Skip,
            Selection = new() { Namespaces = ["shop"] },
            NamespaceMapping = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("shop", "copy"),
        };
        var plan = await PlanAsync(point, request);
        await CreateNamespaceAsync("copy");
        await CreateAsync(ConfigMaps, "copy", "kept", """ "data":{"a":"theirs"} """);

        var report = await ApplyAsync(point, plan);

        Assert.Contains(report.Notes, n => n.StartsWith("configmaps/kept in copy: appeared since the plan", StringComparison.Ordinal));
        Assert.Empty(report.Failures);
    }

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new() { Seed = 1 }, default);
        target = new(new ClusterEndpoint { Server = cluster.Server, Token = (_, _) => new(cluster.Token) }, TimeProvider.System);
        await CreateNamespaceAsync("shop");
        await CreateAsync(ConfigMaps, "shop", "kept");
    }

    public void Dispose() => target.Dispose();

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>A point, config maps that were added since, and the plan of a rollback.</summary>
    private async Task<(RecoveryPointReader Point, RestorePlan Plan)> AddedAsync(params string[] added)
    {
        var point = await CaptureAsync();
        foreach (var name in added)
            await CreateAsync(ConfigMaps, "shop", name);
        return (point, await PlanAsync(point));
    }

    private static RestoreRequest Request(RecoveryPointReader point) =>
        new()
        {
            Cluster = Name,
            Point = point.Seal.Point,
            Existing = ExistingPolicy.Rollback,
        };

    private Task<RestorePlan> PlanAsync(RecoveryPointReader point, RestoreRequest? request = null) =>
        TargetPlanner.Of(point, target, TimeProvider.System).PlanAsync(request ?? Request(point), "0123456789ab", null, default);

    private async Task<RecoveryPointReader> CaptureAsync()
    {
        await cluster.SettleAsync(default);
        var report = await new CaptureRun(target, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
        return await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
    }

    private async Task<RestoreReport> ApplyAsync(RecoveryPointReader point, RestorePlan plan)
    {
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
        return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
    }

    private Task CreateNamespaceAsync(string name) =>
        SendAsync(w =>
            w.CreateAsync(
                Namespaces,
                null,
                Json($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}"""),
                Tests,
                default
            )
        );

    private Task CreateAsync(ApiResource type, string ns, string name, string content = """ "data":{"a":"1"} """) =>
        SendAsync(w =>
            w.CreateAsync(
                type,
                ns,
                Json(
                    $$$"""{"apiVersion":"{{{type.ApiVersion}}}","kind":"{{{type.Kind}}}","metadata":{"name":"{{{name}}}"},{{{content}}}}"""
                ),
                Tests,
                default
            )
        );

    private async Task CreateDefinitionAsync()
    {
        const string Definition = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
             "versions":[{"name":"v1","served":true,"storage":true,
             "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """;
        await SendAsync(w => w.CreateAsync(Definitions, null, Json(Definition), Tests, default));
        await cluster.SettleAsync(default);
    }

    private Task PatchAsync(ApiResource type, string? ns, string name, string patch) =>
        SendAsync(w => w.MergePatchAsync(type, ns, name, Json(patch), Tests, default));

    private async Task DeleteAsync(ApiResource type, string? ns, string name)
    {
        await SendAsync(w => w.DeleteAsync(type, ns, name, null, null, "Background", default));
        await cluster.SettleAsync(default);
    }

    private async Task SendAsync(Func<ResourceWriter, Task<WriteResult>> write)
    {
        var answer = await write(new(target));
        Assert.True(answer.Status == WriteStatus.Done, answer.Message);
    }

    private async Task<bool> IsThereAsync(ApiResource type, string ns, string name) =>
        (await new ResourceWriter(target).GetAsync(type, ns, name, default)).Status == WriteStatus.Done;

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
