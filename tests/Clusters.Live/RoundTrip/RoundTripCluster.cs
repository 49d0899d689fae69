using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>A real cluster as these tests use it: asked object by object, captured into a vault in memory, restored from it.</summary>
internal sealed class RoundTripCluster : IDisposable
{
    public static readonly ClusterName Name = ClusterName.Parse("round-trip");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-trip-");
    private readonly ResourceWriter writer;
    private ApiSurface? surface;
    private int runs;

    public RoundTripCluster(ITestCluster live)
    {
        Live = live;
        Connection = new(live.Endpoint, TimeProvider.System);
        writer = new(Connection);
    }

    public ITestCluster Live { get; }

    public ClusterConnection Connection { get; }

    public void Dispose()
    {
        Connection.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>
    /// The type at this version, else (for types that are still in beta on older servers) at the one that is served; null: not served.
    /// </summary>
    public async Task<ApiResource?> TypeAsync(string apiVersion, string kind, bool exact = false)
    {
        if (Find() is null)
            surface = await Discovery.ReadAsync(Connection, default);
        return Find();

        ApiResource? Find() =>
            surface?.Resources.FirstOrDefault(r => r.ApiVersion == apiVersion && r.Kind == kind)
            ?? (exact ? null : surface?.FindKind(ManifestJson.GroupOf(apiVersion), kind));
    }

    public Task<WriteResult> CreateAsync(ApiResource type, JsonObject manifest) =>
        writer.CreateAsync(type, Ns(manifest), ManifestJson.Write(manifest), new("another-client"), default);

    public Task<WriteResult> ApplyAsync(ApiResource type, JsonObject manifest, string manager) =>
        writer.ApplyAsync(type, Ns(manifest), NameOf(manifest), ManifestJson.Write(manifest), new(manager), default);

    public Task<WriteResult> PatchAsync(ApiResource type, string? ns, string name, JsonObject patch, string? subresource = null) =>
        writer.MergePatchAsync(type, ns, name, ManifestJson.Write(patch), new("another-client") { Subresource = subresource }, default);

    public Task DeleteAsync(ApiResource type, string? ns, string name) =>
        writer.DeleteAsync(type, ns, name, null, null, "Background", default);

    /// <summary>Null: it isn't there, or its type isn't.</summary>
    public async Task<JsonObject?> FindAsync(ApiResource type, string? ns, string name)
    {
        var answer = await writer.GetAsync(type, ns, name, default);
        return answer.Status == WriteStatus.Done ? ManifestJson.Parse(answer.Body.Span) : null;
    }

    public async Task<JsonObject?> FindAsync(string apiVersion, string kind, string? ns, string name) =>
        await TypeAsync(apiVersion, kind) is { } type ? await FindAsync(type, ns, name) : null;

    /// <summary>Polls until there is no complaint; on timeout the test fails with the last one.</summary>
    public static async Task UntilNothingAsync(Func<Task<IReadOnlyList<string>>> remaining)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        for (var left = await AskAsync(); left.Count > 0; left = await AskAsync())
        {
            Assert.False(
                patience.IsCancellationRequested,
                $"still, after three minutes:{Environment.NewLine}{string.Join(Environment.NewLine, left)}"
            );
            await Task.Delay(250);
        }

        async Task<IReadOnlyList<string>> AskAsync()
        {
            try
            {
                return await remaining();
            }
            catch (ClusterException busy) when (busy.IsTransient)
            {
                return [busy.Message];
            }
        }
    }

    /// <summary>Leases, which a capture leaves out by default, are in; the group that nothing answers for may be missing.</summary>
    public async Task<RecoveryPointReader> CaptureAsync(IBlobStore vault)
    {
        var request = new CaptureRequest { Scope = new() { IncludedResources = ["leases.coordination.k8s.io"] } };
        var report = await new CaptureRun(Connection, vault, TimeProvider.System).RunAsync(
            Name,
            request with
            {
                ExpectedAbsentGroups = [.. request.ExpectedAbsentGroups, "dead.example.com"],
            },
            null,
            default
        );
        Assert.True(report.State == CaptureState.Succeeded, string.Join("; ", report.Gaps));
        return await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
    }

    public Task<RestorePlan> PlanAsync(RecoveryPointReader point, RestoreRequest request) =>
        TargetPlanner.Of(point, Connection, TimeProvider.System).PlanAsync(request, $"{++runs:x12}", null, default);

    public async Task<RestoreReport> ApplyAsync(RecoveryPointReader point, RestorePlan plan, IProgress<RestoreProgress>? progress = null)
    {
        using var log = new OutcomeLog(LogOf(plan));
        return await new RestoreRun(point, Connection, log, TimeProvider.System).RunAsync(plan, progress, default);
    }

    /// <summary>The outcomes of the plan's steps, as they came.</summary>
    public string LogOf(RestorePlan plan) => Path.Combine(folder.FullName, plan.Name);

    public static RestoreRequest RequestOf(RecoveryPointReader point) => new() { Cluster = point.Seal.Cluster, Point = point.Seal.Point };

    public static string? Ns(JsonObject manifest) => manifest.Object("metadata").Text("namespace");

    public static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name")!;
}
