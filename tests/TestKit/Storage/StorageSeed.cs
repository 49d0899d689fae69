using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Makes what tests of volumes begin with, and reads what is on a claim's volume. Every call returns when what it made is as it says.
/// Its classes are named <see cref="Class"/>.
/// </summary>
public sealed class StorageSeed : IDisposable
{
    private const int AtOnce = 8;
    private const string Claims = "persistentvolumeclaims";
    private readonly ClusterRequests api;
    private readonly CsiController csi;

    public StorageSeed(ITestCluster cluster, CsiController csi) => (api, this.csi) = (new(cluster.Endpoint), csi);

    /// <summary>The name of the StorageClass and of the VolumeSnapshotClass, after the driver.</summary>
    public string Class => csi.Driver.Replace('.', '-');

    /// <summary>
    /// A StorageClass that binds immediately, and a VolumeSnapshotClass that isn't a default. A second call sets the policy.
    /// </summary>
    /// <param name="deletionPolicy">Of snapshots: <c>Delete</c>, <c>Retain</c>.</param>
    public async Task ClassesAsync(string deletionPolicy = "Delete")
    {
        await CreateAsync(
            "/apis/storage.k8s.io/v1/storageclasses",
            $$$"""
            {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"{{{Class}}}"},"provisioner":"{{{csi.Driver}}}",
             "reclaimPolicy":"Delete","volumeBindingMode":"Immediate"}
            """
        );
        const string Path = $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshotclasses";
        await CreateAsync(
            Path,
            $$$"""
            {"apiVersion":"{{{SnapshotDefinitions.ApiVersion}}}","kind":"VolumeSnapshotClass","metadata":{"name":"{{{Class}}}"},
             "driver":"{{{csi.Driver}}}","deletionPolicy":"{{{deletionPolicy}}}"}
            """
        );
        Check(await api.PatchAsync($"{Path}/{Class}", $$"""{"deletionPolicy":"{{deletionPolicy}}"}"""));
    }

    /// <summary>A VolumeGroupSnapshotClass that isn't a default.</summary>
    /// <param name="version">Of the API that is served.</param>
    /// <param name="deletionPolicy">Of group snapshots: <c>Delete</c>, <c>Retain</c>.</param>
    public Task GroupClassAsync(string version, string deletionPolicy = "Delete") =>
        CreateAsync(
            $"/apis/{GroupDefinitions.Group}/{version}/volumegroupsnapshotclasses",
            $$$"""
            {"apiVersion":"{{{GroupDefinitions.Group}}}/{{{version}}}","kind":"VolumeGroupSnapshotClass","metadata":{"name":"{{{Class}}}"},
             "driver":"{{{csi.Driver}}}","deletionPolicy":"{{{deletionPolicy}}}"}
            """
        );

    /// <summary>Labels claims, as their application would.</summary>
    public async Task LabelAsync(string ns, IEnumerable<string> claims, string key, string value)
    {
        foreach (var claim in claims)
            Check(await api.PatchAsync(Path(ns, Claims, claim), $$$"""{"metadata":{"labels":{"{{{key}}}":"{{{value}}}"} } }"""));
    }

    public Task NamespaceAsync(string ns) =>
        CreateAsync("/api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}"}}""");

    /// <summary>A bound claim with data on its volume, written as bound by this call: no provisioner or binder is waited for.</summary>
    /// <returns>The volume's handle. The PersistentVolume is named <c>{ns}-{name}</c>.</returns>
    public async Task<string> ClaimAsync(string ns, string name, string data, string size = "1Gi", string mode = "Filesystem")
    {
        // It names its volume from the start, so that no provisioner takes it up.
        var volumeName = $"{ns}-{name}";
        var claim = Check(await api.PostAsync(Path(ns, Claims), ClaimManifest(name, size, mode, null, volumeName)));
        var storageClass = Check(await api.GetAsync($"/apis/storage.k8s.io/v1/storageclasses/{Class}"));
        var volume = VolumeProvisioner.VolumeFor(claim, storageClass, volumeName, csi.Driver);
        var handle = volume.Text("spec", "csi", "volumeHandle")!;
        csi.Storage.CreateVolume(handle, ByteQuantity.Parse(size), data);
        await CreateAsync("/api/v1/persistentvolumes", volume.ToJsonString());
        Check(await api.PatchAsync($"/api/v1/persistentvolumes/{volumeName}/status", """{"status":{"phase":"Bound"}}"""));
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [VolumeBinder.BindCompleted] = "yes", [VolumeBinder.BoundByController] = "yes" },
            },
        };
        Check(await api.PatchAsync(Path(ns, Claims, name), patch.ToJsonString()));
        var status = new JsonObject { ["status"] = VolumeBinder.BoundStatus(volume) };
        Check(await api.PatchAsync(Path(ns, Claims, name) + "/status", status.ToJsonString()));
        return handle;
    }

    /// <summary>Returns when it is gone.</summary>
    public async Task DeleteClaimAsync(string ns, string name)
    {
        Check(await api.DeleteAsync(Path(ns, Claims, name)));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await api.GetAsync(Path(ns, Claims, name))).Code != 404)
            await Task.Delay(50, patience.Token);
    }

    /// <summary>Bound claims <c>claim-000</c>, <c>claim-001</c>, ..., each with the data <c>claim-000's data</c>.</summary>
    /// <returns>Their names.</returns>
    public async Task<string[]> ClaimsAsync(string ns, int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"claim-{i:000}")];
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (name, _) => await ClaimAsync(ns, name, $"{name}'s data")
        );
        return names;
    }

    /// <summary>A pod that mounts claims, reported as running although no node has it.</summary>
    public async Task PodAsync(string ns, string name, params string[] claims)
    {
        var mounts = claims.Select((_, i) => $$"""{"name":"v{{i}}","mountPath":"/data/{{i}}"}""");
        var volumes = claims.Select((claim, i) => $$$"""{"name":"v{{{i}}}","persistentVolumeClaim":{"claimName":"{{{claim}}}"}}""");
        await CreateAsync(
            Path(ns, "pods"),
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"containers":[
              {"name":"app","image":"app","volumeMounts":[{{{string.Join(',', mounts)}}}]}],"volumes":[{{{string.Join(',', volumes)}}}]}}
            """
        );
        Check(await api.PatchAsync(Path(ns, "pods", name) + "/status", """{"status":{"phase":"Running"}}"""));
    }

    /// <summary>Asks for a snapshot of a claim; it isn't waited for.</summary>
    public Task SnapshotAsync(string ns, string name, string claim) =>
        CreateAsync(SnapshotPath(ns), SnapshotManifest(name, $$"""{"persistentVolumeClaimName":"{{claim}}"}""", Class));

    /// <summary>
    /// A pre-provisioned content named <c>{ns}-{name}</c> and its snapshot, without a class; their binding isn't waited for.
    /// </summary>
    public async Task PreProvisionedAsync(string ns, string name, string handle, string deletionPolicy = "Retain")
    {
        await CreateAsync(
            $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshotcontents",
            $$$"""
            {"apiVersion":"{{{SnapshotDefinitions.ApiVersion}}}","kind":"VolumeSnapshotContent","metadata":{"name":"{{{ns}}}-{{{name}}}"},
             "spec":{"driver":"{{{csi.Driver}}}","deletionPolicy":"{{{deletionPolicy}}}","source":{"snapshotHandle":"{{{handle}}}"},
              "volumeSnapshotRef":{"namespace":"{{{ns}}}","name":"{{{name}}}"} } }
            """
        );
        await CreateAsync(SnapshotPath(ns), SnapshotManifest(name, $$"""{"volumeSnapshotContentName":"{{ns}}-{{name}}"}""", null));
    }

    /// <summary>Asks for a volume for a claim, from a snapshot or (null) empty; it isn't waited for.</summary>
    public Task RequestAsync(string ns, string name, string? snapshot, string size = "1Gi") =>
        CreateAsync(Path(ns, Claims), ClaimManifest(name, size, "Filesystem", snapshot));

    /// <summary>What is on the volume that the claim is bound to; null: it isn't bound.</summary>
    public async Task<string?> DataAsync(string ns, string claim) =>
        await HandleAsync(ns, claim) is { } handle ? csi.Storage.Volumes[handle].Data : null;

    /// <summary>As a pod that mounts the claim would write.</summary>
    public async Task WriteAsync(string ns, string claim, string data) => csi.Storage.Write((await HandleAsync(ns, claim))!, data);

    public void Dispose() => api.Dispose();

    private async Task<string?> HandleAsync(string ns, string claim)
    {
        var live = Check(await api.GetAsync(Path(ns, Claims, claim)));
        return live.Text("status", "phase") == "Bound"
            ? Check(await api.GetAsync($"/api/v1/persistentvolumes/{live.Text("spec", "volumeName")}")).Text("spec", "csi", "volumeHandle")
            : null;
    }

    private string ClaimManifest(string name, string size, string mode, string? snapshot, string? volume = null)
    {
        var bound = volume is null ? "" : $",\"volumeName\":\"{volume}\"";
        var source = snapshot is null
            ? ""
            : $$""","dataSource":{"apiGroup":"{{SnapshotDefinitions.Group}}","kind":"VolumeSnapshot","name":"{{snapshot}}"}""";
        return $$$"""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"{{{name}}}"},"spec":{"accessModes":["ReadWriteOnce"],
             "storageClassName":"{{{Class}}}","volumeMode":"{{{mode}}}",
             "resources":{"requests":{"storage":"{{{size}}}"}}{{{source}}}{{{bound}}}}}
            """;
    }

    private static string SnapshotManifest(string name, string source, string? className) =>
        $$$"""
            {"apiVersion":"{{{SnapshotDefinitions.ApiVersion}}}","kind":"VolumeSnapshot","metadata":{"name":"{{{name}}}"},
             "spec":{"source":{{{source}}}{{{(className is null ? "" : $",\"volumeSnapshotClassName\":\"{className}\"")}}}}}
            """;

    private static string SnapshotPath(string ns) => $"/apis/{SnapshotDefinitions.ApiVersion}/namespaces/{ns}/volumesnapshots";

    private static string Path(string ns, string plural, string? name = null) =>
        $"/api/v1/namespaces/{ns}/{plural}{(name is null ? "" : "/" + name)}";

    /// <summary>One that exists is kept.</summary>
    private async Task CreateAsync(string path, string manifest)
    {
        var answer = await api.PostAsync(path, manifest);
        if (answer.Code != 409)
            Check(answer);
    }

    private static JsonObject Check(Answer answer) =>
        answer.Code is 200 or 201 ? answer.Body! : throw new InvalidOperationException($"{answer.Code}: {answer.Text}");
}
