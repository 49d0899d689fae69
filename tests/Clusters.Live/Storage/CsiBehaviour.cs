using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;

namespace Holdfast.Clusters.Live.Tests.Storage;

/// <summary>
/// That the controllers in place of a CSI driver's behave as the published ones, on a real API server and on the simulator. Each test has a
/// driver and a namespace of its own.
/// </summary>
public abstract partial class CsiBehaviour(ITestCluster cluster) : IAsyncLifetime, IDisposable
{
    private const string Contents = $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshotcontents";
    private static int tests;

    private readonly ClusterRequests api = new(cluster.Endpoint);
    private readonly string ns = $"csi-{cluster.IsReal}-{Environment.ProcessId}-{Interlocked.Increment(ref tests)}".ToLowerInvariant();
    private CsiController csi = null!;
    private StorageSeed seed = null!;

    public async Task InitializeAsync()
    {
        csi = await CsiController.StartAsync(cluster, driver: ns + ".example.com");
        seed = new(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync(ns);
    }

    public async Task DisposeAsync() => await csi.DisposeAsync();

    public void Dispose()
    {
        seed.Dispose();
        api.Dispose();
    }

    [SkippableFact]
    public async Task A_claim_restored_from_a_snapshot_has_the_data_at_the_cut()
    {
        var handle = await seed.ClaimAsync(ns, "db", "before");
        await seed.SnapshotAsync(ns, "monday", "db");
        var snapshot = await ReadyAsync("monday");
        await seed.WriteAsync(ns, "db", "after");
        await seed.RequestAsync(ns, "restored", "monday", "2Gi");
        await UntilAsync(Claim("restored"), live => Phase(live) == "Bound");

        Assert.Equal("before", await seed.DataAsync(ns, "restored"));
        Assert.Equal("after", await seed.DataAsync(ns, "db"));
        var content = await ContentOfAsync(snapshot);
        Assert.Equal("snapcontent-" + snapshot.Metadata["uid"], (string?)content.Metadata["name"]);
        Assert.Equal(handle, (string?)content["spec"]!["source"]!["volumeHandle"]);
        Assert.Equal((string?)snapshot.Metadata["uid"], (string?)content["spec"]!["volumeSnapshotRef"]!["uid"]);
        Assert.Equal("1Gi", (string?)snapshot["status"]!["restoreSize"]);
        var cut = DateTimeOffset.UnixEpoch.AddTicks((long)content["status"]!["creationTime"]! / 100);
        Assert.Equal(csi.Storage.Snapshots[(string)content["status"]!["snapshotHandle"]!].CutAt, cut);
        Assert.Equal(cut.ToUnixTimeSeconds(), DateTimeOffset.Parse((string)snapshot["status"]!["creationTime"]!).ToUnixTimeSeconds());
    }

    [SkippableFact]
    public async Task A_claim_without_a_source_gets_an_empty_volume_which_goes_with_it()
    {
        await seed.RequestAsync(ns, "empty", null);
        await UntilAsync(Claim("empty"), live => Phase(live) == "Bound");
        Assert.Equal("", await seed.DataAsync(ns, "empty"));

        await api.DeleteAsync(Claim("empty"));

        await EventuallyAsync(() => Task.FromResult(csi.Storage.Volumes.Count == 0), "the volume is left");
    }

    [SkippableFact]
    public async Task A_claim_smaller_than_its_snapshot_stays_pending_with_an_event()
    {
        await seed.ClaimAsync(ns, "db", "data", "2Gi");
        await seed.SnapshotAsync(ns, "monday", "db");
        await ReadyAsync("monday");
        await seed.RequestAsync(ns, "small", "monday", "1Gi");

        var events = $"/api/v1/namespaces/{ns}/events";
        await UntilAsync(events, list => list.Items.Any(e => (string?)e["reason"] == "ProvisioningFailed"));
        Assert.Contains((await api.GetAsync(events)).Items, e => ((string?)e["message"])!.Contains("is less than the size 2147483648"));
        Assert.Equal("Pending", Phase(await api.GetAsync(Claim("small"))));
    }

    [SkippableFact]
    public async Task A_claim_that_the_driver_refuses_is_provisioned_once_it_no_longer_does()
    {
        csi.ProvisioningErrors = (_, claim) => claim == "refused" ? "no space left" : null;
        await seed.RequestAsync(ns, "refused", null);
        await UntilAsync($"/api/v1/namespaces/{ns}/events", list => list.Items.Any(e => (string?)e["reason"] == "ProvisioningFailed"));
        Assert.Equal("Pending", Phase(await api.GetAsync(Claim("refused"))));

        csi.ProvisioningErrors = (_, _) => null;

        await UntilAsync(Claim("refused"), live => Phase(live) == "Bound");
    }

    [SkippableFact]
    public async Task A_claim_of_a_snapshot_that_is_not_ready_waits_for_it()
    {
        csi.Faults = (_, _) => SnapshotFault.NeverCut;
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        await seed.RequestAsync(ns, "restored", "monday");
        await Task.Delay(300);
        Assert.Equal("Pending", Phase(await api.GetAsync(Claim("restored"))));

        csi.Faults = (_, _) => SnapshotFault.None;

        await UntilAsync(Claim("restored"), live => Phase(live) == "Bound");
    }

    [SkippableFact]
    public async Task A_snapshot_without_a_class_waits_for_a_bound_claim_and_the_drivers_default()
    {
        csi.ProvisioningErrors = (_, _) => "no space left";
        await seed.RequestAsync(ns, "db", null);
        await api.PostAsync(
            $"/apis/{SnapshotDefinitions.ApiVersion}/namespaces/{ns}/volumesnapshots",
            $$$"""
            {"apiVersion":"{{{SnapshotDefinitions.ApiVersion}}}","kind":"VolumeSnapshot","metadata":{"name":"monday"},
             "spec":{"source":{"persistentVolumeClaimName":"db"} } }
            """
        );
        await UntilAsync(Snapshot("monday"), live => Error(live)?.Contains("not yet bound") == true);

        csi.ProvisioningErrors = (_, _) => null;
        await UntilAsync(Snapshot("monday"), live => Error(live)?.Contains("cannot find default snapshot class") == true);

        await api.PatchAsync(
            $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshotclasses/{seed.Class}",
            $$$"""{"metadata":{"annotations":{"snapshot.storage.kubernetes.io/is-default-class":"true"} } }"""
        );
        Assert.Equal(seed.Class, (string?)(await ReadyAsync("monday"))["spec"]!["volumeSnapshotClassName"]);
    }

    [SkippableFact]
    public async Task A_snapshot_is_restored_in_another_cluster_that_has_the_same_storage()
    {
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        var handle = Handle(await ContentOfAsync(await ReadyAsync("monday")))!;
        await using var other = await SimulatedTestCluster.StartAsync();
        await using var there = await CsiController.StartAsync(other, csi.Storage, csi.Driver);
        using var seedThere = new StorageSeed(other, there);
        await seedThere.ClassesAsync();
        await seedThere.NamespaceAsync("moved");

        await seedThere.PreProvisionedAsync("moved", "monday", handle);
        await seedThere.RequestAsync("moved", "db", "monday");

        await EventuallyAsync(async () => await seedThere.DataAsync("moved", "db") == "data", "the claim isn't bound to the data");
    }

    [SkippableFact]
    public async Task Each_claim_of_many_has_its_own_snapshot()
    {
        var claims = await seed.ClaimsAsync(ns, 20);
        await seed.PodAsync(ns, "app", claims[0], claims[1]);
        await Task.WhenAll(claims.Select(claim => seed.SnapshotAsync(ns, claim, claim)));
        foreach (var claim in claims)
            await ReadyAsync(claim);

        Assert.Equal(
            claims.Select(claim => $"{claim}'s data"),
            csi.Storage.Snapshots.Values.Select(s => s.Data).Order(StringComparer.Ordinal)
        );
        Assert.Equal("Running", Phase(await api.GetAsync($"/api/v1/namespaces/{ns}/pods/app")));
    }

    private string Claim(string name) => $"/api/v1/namespaces/{ns}/persistentvolumeclaims/{name}";

    private string Snapshot(string name) => $"/apis/{SnapshotDefinitions.ApiVersion}/namespaces/{ns}/volumesnapshots/{name}";

    private static string? Phase(Answer live) => (string?)live["status"]?["phase"];

    private static string? Handle(Answer content) => (string?)content["status"]?["snapshotHandle"];

    private static bool IsReady(Answer live) => (bool?)live["status"]?["readyToUse"] == true;

    private static string? Error(Answer live) => (string?)live["status"]?["error"]?["message"];

    private Task<Answer> ReadyAsync(string snapshot) => UntilAsync(Snapshot(snapshot), IsReady);

    private Task<Answer> ContentOfAsync(Answer snapshot) =>
        api.GetAsync($"{Contents}/{(string)snapshot["status"]!["boundVolumeSnapshotContentName"]!}");

    /// <summary>The content of a snapshot that may not be ready, once it is as wanted.</summary>
    private async Task<Answer> ContentAsync(string snapshot, Func<Answer, bool> isSo)
    {
        var bound = await UntilAsync(Snapshot(snapshot), live => live["status"]?["boundVolumeSnapshotContentName"] is not null);
        return await UntilAsync($"{Contents}/{(string)bound["status"]!["boundVolumeSnapshotContentName"]!}", isSo);
    }

    private Task GoneAsync(string path) => UntilAsync(path, live => live.Code == 404);

    private async Task<Answer> UntilAsync(string path, Func<Answer, bool> isSo)
    {
        var live = await api.GetAsync(path);
        await EventuallyAsync(async () => isSo(live = await api.GetAsync(path)), "the last answer isn't as wanted", () => live.Text);
        return live;
    }

    private async Task EventuallyAsync(Func<Task<bool>> isSo, string otherwise, Func<string>? last = null)
    {
        for (var attempt = 1; !await isSo(); attempt++)
        {
            Assert.True(attempt < 600, $"{otherwise}: {last?.Invoke()}; {string.Join("; ", csi.Problems)}");
            await Task.Delay(50);
        }
    }
}
