using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The objects of <c>manifests/</c>: every kind whose restore has a rule of its own. Made in a cluster, and removed from it without a
/// trace.
/// </summary>
internal sealed class EveryKind(RoundTripCluster cluster) : IAsyncDisposable
{
    private const string GitOpsFile = "90-gitops.yaml";

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Clusters.Live", "RoundTrip", "manifests");

    private static readonly IReadOnlyList<(string File, JsonObject Manifest)> Manifests =
    [
        .. Directory
            .GetFiles(Folder)
            .Order(StringComparer.Ordinal)
            .SelectMany(f => YamlManifests.Parse(File.ReadAllText(f)).Select(m => (Path.GetFileName(f), m))),
    ];

    /// <summary>However the test ended, the next one finds the cluster empty.</summary>
    public async ValueTask DisposeAsync() => await WipeAsync();

    public async Task SeedAsync()
    {
        foreach (var (file, manifest) in Manifests)
            await SeedAsync(file, (JsonObject)manifest.DeepClone());
    }

    /// <summary>Removes all that <see cref="SeedAsync"/> made, and what controllers made for it; returns once it is gone.</summary>
    public async Task WipeAsync()
    {
        await DeleteNamespacesAsync();
        var others = Manifests
            .Select(m => m.Manifest)
            .Where(m => RoundTripCluster.Ns(m) is null)
            .Select(m => m.Text("kind")!)
            .Where(k => k != "Node");
        await DeleteAsync([.. others.Distinct()]);
    }

    /// <summary>Removes the namespaces with all that is in them.</summary>
    public async Task DeleteNamespacesAsync()
    {
        // While nothing answers for an aggregated API, namespaces stay.
        await DeleteAsync("APIService");
        foreach (var manifest in Manifests.Select(m => m.Manifest).Where(m => m.Object("metadata").Array("finalizers") is not null))
            if (await cluster.TypeAsync(manifest.Text("apiVersion")!, manifest.Text("kind")!) is { } type)
                await cluster.PatchAsync(
                    type,
                    RoundTripCluster.Ns(manifest),
                    RoundTripCluster.NameOf(manifest),
                    new() { ["metadata"] = new JsonObject { ["finalizers"] = null } }
                );
        await DeleteAsync("Namespace");
    }

    /// <summary>Captures until controllers have settled.</summary>
    public async Task<RecoveryPointReader> QuietPointAsync(IBlobStore vault)
    {
        RecoveryPointReader? point = null;
        await RoundTripCluster.UntilNothingAsync(async () =>
        {
            point = await cluster.CaptureAsync(vault);
            return Quiet.Remaining(await PointContent.ReadAsync(point));
        });
        return point!;
    }

    /// <summary>Captures until only permitted differences from an earlier point are left.</summary>
    /// <param name="otherwise">Keys of <see cref="PointContent"/>.</param>
    public async Task<RecoveryPointReader> EqualPointAsync(IBlobStore vault, RecoveryPointReader before, IEnumerable<string> otherwise)
    {
        var expected = await PointContent.ReadAsync(before);
        RecoveryPointReader? point = null;
        await RoundTripCluster.UntilNothingAsync(async () =>
        {
            point = await cluster.CaptureAsync(vault);
            var content = await PointContent.ReadAsync(point);
            var differences = PointContent.Differences(expected, content).Where(d => !otherwise.Contains(d.Key));
            return [.. Quiet.Remaining(content), .. differences.Select(d => $"{d.Key}: {d.Value}")];
        });
        return point!;
    }

    private async Task DeleteAsync(params string[] kinds)
    {
        var doomed = new List<(ApiResource Type, string Name)>();
        foreach (var (_, manifest) in Manifests.Where(m => kinds.Contains(m.Manifest.Text("kind"))))
            if (await cluster.TypeAsync(manifest.Text("apiVersion")!, manifest.Text("kind")!) is { } type)
                doomed.Add((type, RoundTripCluster.NameOf(manifest)));
        foreach (var (type, name) in doomed)
            await cluster.DeleteAsync(type, null, name);
        await RoundTripCluster.UntilNothingAsync(async () =>
        {
            var left = new List<string>();
            foreach (var (type, name) in doomed)
                if (await cluster.FindAsync(type, null, name) is { } live)
                    left.Add(
                        $"{type}/{name}: {live.Object("status")?.ToJsonString()} "
                            + $"{live.Object("metadata").Array("finalizers")?.ToJsonString()}"
                    );
            return left;
        });
    }

    private async Task SeedAsync(string file, JsonObject manifest)
    {
        if (!await IsForAsync(file, manifest))
            return;
        var status = manifest.Object("status");
        await FindOwnersAsync(manifest);
        // A namespace's first objects are refused until its account is made, and a new type's until it is served.
        await RoundTripCluster.UntilNothingAsync(async () =>
        {
            var type = await cluster.TypeAsync(
                manifest.Text("apiVersion")!,
                manifest.Text("kind")!,
                exact: file.EndsWith("-legacy.yaml", StringComparison.Ordinal)
            );
            if (type is null)
                return [$"{manifest.Text("kind")} isn't served"];
            manifest["apiVersion"] = type.ApiVersion;
            var answer =
                file == GitOpsFile ? await cluster.ApplyAsync(type, manifest, "gitops") : await cluster.CreateAsync(type, manifest);
            return answer.Status is WriteStatus.Done or WriteStatus.AlreadyExists
                ? await WriteStatusAsync(type, manifest, status)
                : [$"{type}/{RoundTripCluster.NameOf(manifest)}: {answer.Message}"];
        });
    }

    /// <summary>Objects that only older servers (up to 1.21) can create, and types that only newer ones serve.</summary>
    private async Task<bool> IsForAsync(string file, JsonObject manifest)
    {
        if (file.EndsWith("-legacy.yaml", StringComparison.Ordinal))
            return await cluster.TypeAsync("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", exact: true) is not null;
        return !file.EndsWith("-newer.yaml", StringComparison.Ordinal)
            || await cluster.TypeAsync(manifest.Text("apiVersion")!, manifest.Text("kind")!, exact: true) is not null;
    }

    private async Task<IReadOnlyList<string>> WriteStatusAsync(ApiResource type, JsonObject manifest, JsonObject? status)
    {
        if (status is null || !type.HasStatus)
            return [];
        var answer = await cluster.PatchAsync(
            type,
            RoundTripCluster.Ns(manifest),
            RoundTripCluster.NameOf(manifest),
            new() { ["status"] = status.DeepClone() },
            "status"
        );
        return answer.Status == WriteStatus.Done ? [] : [$"status of {type}/{RoundTripCluster.NameOf(manifest)}: {answer.Message}"];
    }

    private async Task FindOwnersAsync(JsonObject manifest)
    {
        foreach (var owner in manifest.Object("metadata").Objects("ownerReferences"))
        {
            var live =
                await cluster.FindAsync(owner.Text("apiVersion")!, owner.Text("kind")!, RoundTripCluster.Ns(manifest), owner.Text("name")!)
                ?? await cluster.FindAsync(owner.Text("apiVersion")!, owner.Text("kind")!, null, owner.Text("name")!);
            owner["uid"] = live.Object("metadata").Text("uid");
        }
    }
}
