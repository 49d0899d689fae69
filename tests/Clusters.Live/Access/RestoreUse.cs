using System.Text.Json.Nodes;
using Holdfast.Clusters.Live.Tests.RoundTrip;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>
/// Restores of one namespace that has an object of each type: with the role for whole clusters, and with the one for single namespaces.
/// </summary>
internal sealed class RestoreUse : IDisposable
{
    private const string Ns = RoleAccount.Narrow;

    private static readonly string[] Extra = ["ConfigMap", "ControllerRevision", "NetworkPolicy", "Role"];

    private readonly LiveCluster live;
    private readonly RoundTripCluster cluster;
    private readonly Dictionary<string, RunReport> reports = [];

    private RestoreUse(LiveCluster live) => (this.live, cluster) = (live, new(live));

    public IReadOnlyDictionary<string, RunReport> Reports => reports;

    private static IReadOnlyList<JsonObject> Manifests { get; } =
        YamlManifests.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "tests", "Clusters.Live", "Access", "manifests", "narrow.yaml"))
        );

    public static async Task<RestoreUse> StartAsync(LiveCluster live)
    {
        await live.KubectlAsync(["create", "namespace", Ns]);
        var use = new RestoreUse(live);
        foreach (var manifest in Manifests)
            await use.CreateAsync((JsonObject)manifest.DeepClone());
        return use;
    }

    public void Dispose() => cluster.Dispose();

    public async Task RunAsync(IReadOnlyDictionary<RoleAccount, AccountRuns> runs)
    {
        var capturing = runs[RoleAccount.Capture];
        var captured = reports["capture"] = await capturing.CaptureAsync(null, volumes: false);
        await DeleteAsync();
        reports["refused"] = await capturing.RestoreAsync(captured, Request);
        foreach (var account in (RoleAccount[])[RoleAccount.Narrowed, RoleAccount.Restore])
            await RestoreAsync(account.Name, runs[account].With(capturing), captured);
    }

    private static RestoreRequest Request =>
        new()
        {
            Cluster = default,
            Point = default,
            Selection = new() { Namespaces = [Ns] },
            Status = true,
        };

    private async Task RestoreAsync(string by, AccountRuns runs, RunReport captured)
    {
        await DeleteAsync();
        reports[$"{by} create"] = await runs.RestoreAsync(captured, Request);
        await LabelAsync();
        reports[$"{by} update"] = await runs.RestoreAsync(captured, Request with { Existing = ExistingPolicy.Update });
        await LabelAsync();
        reports[$"{by} replace"] = await runs.RestoreAsync(captured, Request with { Existing = ExistingPolicy.Replace });
        foreach (var manifest in Manifests.Where(m => Extra.Contains(m.Text("kind"))).Select(m => (JsonObject)m.DeepClone()))
        {
            manifest.Object("metadata")!["name"] = "extra";
            await CreateAsync(manifest);
        }
        reports[$"{by} rollback"] = await runs.RestoreAsync(captured, Request with { Existing = ExistingPolicy.Rollback });
    }

    private async Task CreateAsync(JsonObject manifest)
    {
        var type = (await cluster.TypeAsync(manifest.Text("apiVersion")!, manifest.Text("kind")!))!;
        manifest["apiVersion"] = type.ApiVersion;
        var answer = await cluster.CreateAsync(type, manifest);
        Assert.True(answer.Status == WriteStatus.Done, $"{type}: {answer.Message}");
    }

    private Task<string> LabelAsync() => live.KubectlAsync(["label", "-n", Ns, Types, "-l", "state=kept", "--overwrite", "state=changed"]);

    private Task<string> DeleteAsync() => live.KubectlAsync(["delete", "-n", Ns, Types, "-l", "state", "--grace-period=0", "--force"]);

    private static string Types => string.Join(',', Manifests.Select(m => m.Text("kind")!.ToLowerInvariant()));
}
