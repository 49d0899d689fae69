using Holdfast.TestKit.Storage;

namespace Holdfast.Clusters.Live.Tests.Storage;

/// <summary>What goes and what stays, and what faults do.</summary>
public abstract partial class CsiBehaviour
{
    private const string BeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";
    private const string BeingCreated = "snapshot.storage.kubernetes.io/volumesnapshot-being-created";

    [SkippableFact]
    public async Task With_the_policy_Delete_the_storage_snapshot_goes_with_the_VolumeSnapshot()
    {
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        var content = await ContentOfAsync(await ReadyAsync("monday"));

        await api.DeleteAsync(Snapshot("monday"));

        await GoneAsync(Snapshot("monday"));
        await GoneAsync($"{Contents}/{content.Metadata["name"]}");
        Assert.Empty(csi.Storage.Snapshots);
        Assert.DoesNotContain("as-source-protection", (await api.GetAsync(Claim("db"))).Metadata["finalizers"]!.ToJsonString());
    }

    /// <summary>The order that keeps a storage snapshot beyond the namespace: taken by a class that deletes, kept from then on.</summary>
    [SkippableFact]
    public async Task A_content_changed_to_Retain_outlives_its_VolumeSnapshot_and_leaves_the_storage_snapshot()
    {
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        var content = await ContentOfAsync(await ReadyAsync("monday"));
        var path = await RetainAsync((string)content.Metadata["name"]!);

        await api.DeleteAsync(Snapshot("monday"));
        await GoneAsync(Snapshot("monday"));
        var left = await api.GetAsync(path);
        Assert.Equal("yes", (string?)left.Metadata["annotations"]![BeingDeleted]);
        Assert.Equal(Handle(content), Handle(left));

        await api.DeleteAsync(path);
        await GoneAsync(path);
        Assert.Equal([Handle(content)], csi.Storage.Snapshots.Keys);
    }

    [SkippableFact]
    public async Task A_bound_content_that_alone_is_deleted_stays_until_its_VolumeSnapshot_goes()
    {
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        var path = $"{Contents}/{(await ContentOfAsync(await ReadyAsync("monday"))).Metadata["name"]}";

        await api.DeleteAsync(path);
        await Task.Delay(300);
        Assert.NotNull((await api.GetAsync(path)).Metadata["deletionTimestamp"]);
        Assert.Single(csi.Storage.Snapshots);

        await api.DeleteAsync(Snapshot("monday"));
        await GoneAsync(path);
        Assert.Empty(csi.Storage.Snapshots);
    }

    [SkippableFact]
    public async Task A_pre_provisioned_snapshot_is_bound_both_ways_and_ready_when_the_storage_has_it()
    {
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        var handle = Handle(await ContentOfAsync(await ReadyAsync("monday")))!;
        await seed.PreProvisionedAsync(ns, "again", handle);
        await seed.PreProvisionedAsync(ns, "lost", "no-such-handle");

        var again = await ReadyAsync("again");
        var content = await ContentOfAsync(again);
        Assert.Equal((string?)again.Metadata["uid"], (string?)content["spec"]!["volumeSnapshotRef"]!["uid"]);
        Assert.Equal(handle, Handle(content));
        await seed.RequestAsync(ns, "restored", "again");
        await UntilAsync(Claim("restored"), live => Phase(live) == "Bound");
        Assert.Equal("data", await seed.DataAsync(ns, "restored"));

        var lost = await UntilAsync(Snapshot("lost"), live => Error(live)?.Contains("no-such-handle") == true);
        Assert.False(IsReady(lost));
    }

    [SkippableFact]
    public async Task A_content_without_its_VolumeSnapshot_leaves_the_storage_snapshot()
    {
        var volume = await seed.ClaimAsync(ns, "db", "data");
        var cut = csi.Storage.Cut("by-hand", volume, TimeSpan.Zero)!;
        await seed.PreProvisionedAsync(ns, "unbound", cut.Handle, "Delete");
        await ReadyAsync("unbound");
        var path = await RetainAsync($"{ns}-unbound");

        await api.DeleteAsync(Snapshot("unbound"));
        await GoneAsync(Snapshot("unbound"));

        Assert.Equal([cut.Handle], csi.Storage.Snapshots.Keys);
        Assert.Equal(200, (await api.GetAsync(path)).Code);
    }

    [SkippableFact]
    public async Task Each_fault_shows_as_it_does_with_the_published_controllers()
    {
        csi.Faults = (_, claim) =>
            claim switch
            {
                "uncut" => SnapshotFault.NeverCut,
                "unready" => SnapshotFault.NeverReady,
                "refused" => SnapshotFault.Fails("quota exceeded"),
                "slow" => new() { CutAfter = TimeSpan.FromSeconds(0.4), ReadyAfter = TimeSpan.FromSeconds(0.4) },
                _ => SnapshotFault.None,
            };
        string[] claims = ["good", "uncut", "unready", "refused", "slow"];
        foreach (var claim in claims)
        {
            await seed.ClaimAsync(ns, claim, "old");
            await seed.SnapshotAsync(ns, claim, claim);
        }

        await seed.WriteAsync(ns, "slow", "new");
        var slow = csi.Storage.Snapshots[Handle(await ContentOfAsync(await ReadyAsync("slow")))!];
        Assert.Equal("new", slow.Data);
        await ReadyAsync("good");
        var uncut = await ContentAsync("uncut", live => live.Metadata["annotations"]?[BeingCreated] is not null);
        Assert.Null(uncut["status"]);
        var unready = await ContentAsync("unready", live => Handle(live) is not null);
        Assert.False(IsReady(unready));
        var refused = await UntilAsync(Snapshot("refused"), live => Error(live)?.Contains("quota exceeded") == true);
        Assert.False(IsReady(refused));
        Assert.Null(Handle(await ContentOfAsync(refused)));

        csi.Faults = (_, _) => SnapshotFault.None;
        Assert.Null(Error(await ReadyAsync("refused")));
        await ReadyAsync("uncut");
    }

    /// <summary>The driver may still cut it: only with its answer can it be removed.</summary>
    [SkippableFact]
    public async Task A_snapshot_that_is_not_cut_yet_is_deleted_only_after_the_driver_answers()
    {
        csi.Faults = (_, _) => SnapshotFault.NeverCut;
        await seed.ClaimAsync(ns, "db", "data");
        await seed.SnapshotAsync(ns, "monday", "db");
        await ContentAsync("monday", live => live.Metadata["annotations"]?[BeingCreated] is not null);

        await api.DeleteAsync(Snapshot("monday"));
        await Task.Delay(300);
        Assert.Equal(200, (await api.GetAsync(Snapshot("monday"))).Code);

        csi.Faults = (_, _) => SnapshotFault.None;
        await GoneAsync(Snapshot("monday"));
        Assert.Empty(csi.Storage.Snapshots);
    }

    /// <summary>Once the controllers know: until then a deleted VolumeSnapshot takes the content along.</summary>
    private async Task<string> RetainAsync(string content)
    {
        var path = $"{Contents}/{content}";
        await api.PatchAsync(path, """{"spec":{"deletionPolicy":"Retain"}}""");
        await EventuallyAsync(() => Task.FromResult(csi.PolicyOf(content) == "Retain"), "the controllers don't know of the policy");
        return path;
    }
}
