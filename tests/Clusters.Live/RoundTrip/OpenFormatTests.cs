using System.Text.Json.Nodes;
using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The promise of an open format: what a point holds comes back with tools that every administrator has, and without Holdfast.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class OpenFormatTests(RoundTripFixture live)
{
    // As docs/decisions/0004-open-format.md has it.
    private const string Line =
        "zcat PACK | jq -c 'del(.metadata.ownerReferences,.metadata.uid,.metadata.resourceVersion,.metadata.managedFields)' | kubectl "
        + "create -f -";

    private static readonly string[] Kinds =
    [
        "configmaps",
        "secrets",
        "services",
        "endpoints",
        "serviceaccounts",
        "persistentvolumeclaims",
        "limitranges",
        "resourcequotas",
        "podtemplates",
        "replicationcontrollers",
        "deployments.apps",
        "replicasets.apps",
        "statefulsets.apps",
        "cronjobs.batch",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
        "networkpolicies.networking.k8s.io",
        "ingresses.networking.k8s.io",
        "poddisruptionbudgets.policy",
        "horizontalpodautoscalers.autoscaling",
        "leases.coordination.k8s.io",
        "widgets.shop.example.com",
        "gadgets.shop.example.com",
        "volumesnapshots.snapshot.storage.k8s.io",
    ];

    [SkippableFact]
    public async Task Zcat_jq_and_kubectl_restore_a_deleted_namespace()
    {
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        using var home = new HoldfastProgram();
        await using var kinds = new EveryKind(cluster);
        await kinds.SeedAsync();
        var before = await PointContent.ReadAsync(await kinds.QuietPointAsync(new FolderStore(home.Vault, TimeProvider.System)));
        await kinds.DeleteNamespacesAsync();

        // Packs come in no order, and a namespace may be in a later one than what it holds.
        var said = "";
        var packs = Directory.GetFiles(home.Vault, "*.ndjson.gz", SearchOption.AllDirectories);
        foreach (var pack in (string[])[.. packs, .. packs])
            said += await RunAsync(Line.Replace("PACK", pack, StringComparison.Ordinal));

        var lost = new List<string>();
        foreach (
            var (key, manifest) in before.Raw.Where(o =>
                Kinds.Contains(o.Key[..o.Key.IndexOf(' ')]) && RoundTripCluster.Ns(o.Value) is "shop" or "platform"
            )
        )
        {
            // Signed for an account's uid that is gone: its controller makes new ones, and deletes these.
            if (manifest.Text("type") == "kubernetes.io/service-account-token")
                continue;
            if (
                await cluster.FindAsync(
                    manifest.Text("apiVersion")!,
                    manifest.Text("kind")!,
                    RoundTripCluster.Ns(manifest),
                    RoundTripCluster.NameOf(manifest)
                )
                is not { } back
            )
                lost.Add(key);
            else if (!JsonNode.DeepEquals(back["data"], manifest["data"]) && !key.Contains("kube-root-ca.crt", StringComparison.Ordinal))
                lost.Add($"{key}: other data");
        }

        Assert.True(
            lost.Count == 0,
            string.Join(
                Environment.NewLine,
                [.. lost, .. said.Split('\n').Where(l => !l.Contains("AlreadyExists", StringComparison.Ordinal))]
            )
        );
    }

    /// <summary>What the line said; that some objects exist already, which a namespace makes itself, is no failure.</summary>
    private async Task<string> RunAsync(string line)
    {
        KeyValuePair<string, string>[] variables = [new("KUBECONFIG", live.Cluster.KubeconfigPath), new("PATH", live.Cluster.SearchPath)];
        return await Script.RunAsync("bash", ["-c", $"{line} 2>&1 || true"], variables, default);
    }
}
