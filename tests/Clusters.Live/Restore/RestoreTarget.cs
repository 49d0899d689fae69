using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>The cluster that a test restores into: applies plans and checks the results.</summary>
internal sealed class RestoreTarget : IDisposable
{
    public const string DeadUid = "11111111-2222-3333-4444-555555555555";

    public static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);
    public static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true);
    public static readonly ResourceType Secrets = new("", "v1", "secrets", "Secret", true);
    public static readonly ResourceType ServiceAccounts = new("", "v1", "serviceaccounts", "ServiceAccount", true);
    public static readonly ResourceType Services = new("", "v1", "services", "Service", true);
    public static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true);
    public static readonly ResourceType Webhooks = new(
        "admissionregistration.k8s.io",
        "v1",
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        false
    );
    public static readonly ResourceType Definitions = new(
        "apiextensions.k8s.io",
        "v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        false
    );

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");

    public RestoreTarget(ITestCluster cluster, ITestCluster? behind = null)
    {
        Connection = new(cluster.Endpoint, TimeProvider.System);
        Direct = behind is null ? Connection : new(behind.Endpoint, TimeProvider.System);
    }

    /// <summary>The restore's connection.</summary>
    public ClusterConnection Connection { get; }

    /// <summary>The test's own connection.</summary>
    public ClusterConnection Direct { get; }

    public ApplyLimits Limits { get; init; } = new() { Settling = TimeSpan.Zero };

    public string LogPath => Path.Combine(folder.FullName, "outcomes.ndjson");

    public async Task<string> UidAsync() => (await ClusterIdentity.ReadAsync(Direct, default)).Uid;

    public async Task<RestoreReport> ApplyAsync(
        RestorePlan plan,
        RecoveryPointReader point,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        using var log = new OutcomeLog(LogPath);
        return await new RestoreRun(point, Connection, log, TimeProvider.System, Limits).RunAsync(plan, progress, cancellation);
    }

    /// <summary>Plans and applies a sample whole.</summary>
    public async Task<RestoreReport> ApplyAsync(
        SampleRestore sample,
        RestoreRequest? request = null,
        Func<RestoreStep, RestoreStep?>? change = null
    )
    {
        var point = await sample.WriteAsync();
        return await ApplyAsync(await sample.PlanAsync(point, await UidAsync(), request ?? SampleRestore.RequestFor(point), change), point);
    }

    public static ApiResource Served(ResourceType type) => new(type.Group, type.Version, type.Resource, type.Kind, type.Namespaced, []);

    /// <summary>Null: it isn't there.</summary>
    public async Task<JsonObject?> FindAsync(ResourceType type, string? ns, string name)
    {
        var answer = await new ResourceWriter(Direct).GetAsync(Served(type), ns, name, default);
        return answer.Status == WriteStatus.Done ? ManifestJson.Parse(answer.Body.Span) : null;
    }

    public async Task<JsonObject> GetAsync(ResourceType type, string? ns, string name) =>
        await FindAsync(type, ns, name) ?? throw new InvalidOperationException($"{type}/{name} in {ns} isn't there");

    public async Task<JsonObject> CreateAsync(ResourceType type, string? ns, string manifest, string manager = "another-client")
    {
        var answer = await new ResourceWriter(Direct).CreateAsync(
            Served(type),
            ns,
            Encoding.UTF8.GetBytes(manifest),
            new(manager),
            default
        );
        Assert.True(answer.Status == WriteStatus.Done, answer.Message);
        return ManifestJson.Parse(answer.Body.Span);
    }

    public async Task<JsonObject> ServerSideApplyAsync(ResourceType type, string? ns, string name, string manifest, string manager)
    {
        var answer = await new ResourceWriter(Direct).ApplyAsync(
            Served(type),
            ns,
            name,
            Encoding.UTF8.GetBytes(manifest),
            new(manager),
            default
        );
        Assert.True(answer.Status == WriteStatus.Done, answer.Message);
        return ManifestJson.Parse(answer.Body.Span);
    }

    public async Task PatchAsync(ResourceType type, string? ns, string name, string patch, string? subresource = null)
    {
        var answer = await new ResourceWriter(Direct).MergePatchAsync(
            Served(type),
            ns,
            name,
            Encoding.UTF8.GetBytes(patch),
            new("another-client") { Subresource = subresource },
            default
        );
        Assert.True(answer.Status == WriteStatus.Done, answer.Message);
    }

    public Task DeleteAsync(ResourceType type, string? ns, string name) =>
        new ResourceWriter(Direct).DeleteAsync(Served(type), ns, name, null, null, "Background", default);

    /// <summary>Polls until the condition holds; on timeout the test fails with the last state.</summary>
    public async Task<JsonObject?> UntilAsync(ResourceType type, string? ns, string name, Func<JsonObject?, bool> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var live = await FindAsync(type, ns, name);
            if (so(live))
                return live;
            Assert.False(patience.IsCancellationRequested, $"{type}/{name} in {ns} is still {live?.ToJsonString() ?? "absent"}");
            await Task.Delay(100);
        }
    }

    public static string Namespace(string name) =>
        $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}","uid":"{{DeadUid}}","labels":{"kept":"yes"} } }""";

    public static string ConfigMap(string ns, string name, string value = "1") =>
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":"""
        + $$"""{"name":"{{name}}","namespace":"{{ns}}","uid":"{{DeadUid}}","resourceVersion":"1", """
        + $$""" "creationTimestamp":"2020-01-01T00:00:00Z"},"data":{"k":"{{value}}"} }""";

    /// <summary>A small custom type with a status subresource, in a group of the test's own.</summary>
    public static (ResourceType Type, string Manifest) Widget(string group)
    {
        var manifest = $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.{{group}}",
             "uid":"{{DeadUid}}"},
             "spec":{"group":"{{group}}","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget",
              "listKind":"WidgetList"},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{} },
             "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }]} }
            """;
        return (new(group, "v1", "widgets", "Widget", true), manifest);
    }

    public static string Owner(string apiVersion, string kind, string name) =>
        $$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","name":"{{name}}","uid":"{{DeadUid}}","controller":true"""
        + ""","blockOwnerDeletion":true}""";

    public void Dispose()
    {
        if (Direct != Connection)
            Direct.Dispose();
        Connection.Dispose();
        folder.Delete(recursive: true);
    }
}
