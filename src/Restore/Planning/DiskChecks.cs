using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Control.Clouds;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Planning;

/// <summary>Checks whether a disk can be made for a claim of what the point refers to, of what, and where: where the target's nodes
/// are.</summary>
internal sealed class DiskChecks(PlanningRun run, SnapshotChecks storage)
{
    private readonly Dictionary<string, JsonObject> volumes = new(StringComparer.Ordinal);
    private (DiskSite? Site, string? Problem)? place;
    private string? closed;

    /// <summary>The volume was a disk of a cloud that can be asked, of which the point has more than the objects.</summary>
    public bool MayHave(VolumeRecord record) => record.Snapshot is not null && run.Disks?.Takes(record) == true;

    /// <returns>With a refusal where no disk can be made.</returns>
    public async Task<ClaimOrigin> RunAsync(VolumeRecord record, JsonObject claim, CancellationToken cancellation)
    {
        if (!MayHave(record))
            return Refused("the point has no snapshot of it of which a disk can be made here");
        var (site, problem) = place ??= await PlaceAsync(cancellation);
        if (site is null)
            return Refused(problem!);
        var facts = await storage.StorageAsync(cancellation);
        if (facts.Hidden.Count == 0 && !facts.HasDriver(run.Disks!.Driver))
            return Refused($"the target has no driver {run.Disks.Driver}, which its new disk needs: install it and restore again");
        if (storage.Reserved(record) is { } other)
            return Refused($"volume {other} of the target waits for this claim: remove its spec.claimRef and restore again");
        var className = storage.ClassOf(claim);
        var volume = await VolumeOfAsync(record, cancellation);
        var wish = new DiskWish(Asked(claim), className is null ? null : facts.ClassOf(className), volume);
        var (choice, refusal) = await ChooseAsync(record, wish, site, cancellation);
        return choice?.Disk is { } disk
            ? Possible(record, disk, choice.Notes, volume, SnapshotChecks.MissingClass(className, facts))
            : Refused(refusal ?? string.Join("; ", choice!.Notes)) with
            {
                IsLost = choice?.IsLost == true,
            };
    }

    private ClaimOrigin Possible(
        VolumeRecord record,
        NewDisk disk,
        ImmutableArray<string> notes,
        JsonObject? volume,
        ObjectWarning? missingClass
    ) =>
        new()
        {
            GetsAnother = true,
            Disk = new()
            {
                Name = "",
                Disk = disk,
                Driver = run.Disks!.Driver,
                Mode = record.Mode,
                Reclaim = VolumeRules.Reclaim(volume),
                MountOptions = MountOptionsOf(volume),
                CutAt = record.Snapshot!.CutAt,
            },
            Warnings = [.. notes.Select(n => ObjectWarning.Of($"{n}"))],
            Shortfall = missingClass,
        };

    private async Task<(DiskChoice? Choice, string? Refusal)> ChooseAsync(
        VolumeRecord record,
        DiskWish wish,
        DiskSite site,
        CancellationToken cancellation
    )
    {
        if (closed is not null)
            return (null, closed);
        try
        {
            return (await run.Disks!.ChooseAsync(record, wish, site, cancellation), null);
        }
        catch (CloudException e) when (!e.IsTransient)
        {
            // it is the same for every claim, and each attempt to sign in takes its time
            closed = e.Message;
            return (null, closed);
        }
    }

    private async Task<(DiskSite?, string?)> PlaceAsync(CancellationToken cancellation)
    {
        if (run.Types.OfKind("", "Node") is not { } type)
            return (null, "the target has no nodes, which would say where its disks are made");
        var nodes = new List<JsonObject>();
        try
        {
            await foreach (var _ in run.Target.List(new(type, null), (in ListedItem item) => nodes.Add(Place(item.Json)), cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure == ClusterFailure.Forbidden)
        {
            return (null, $"where its disk would be made isn't known, since the target's nodes can't be listed: {hidden.Message}");
        }
        return run.Disks!.SiteOf(nodes, run.Request.DiskResourceGroup) is { } site
            ? (site, null)
            : (null, "no node of the target is in the cloud of its disk, or says in which region it is");
    }

    /// <summary>Nodes are large, and there may be thousands.</summary>
    private static JsonObject Place(ReadOnlySpan<byte> json)
    {
        var node = ManifestJson.Parse(json);
        return new()
        {
            ["metadata"] = new JsonObject { ["labels"] = node.Object("metadata").Object("labels")?.DeepClone() },
            ["spec"] = new JsonObject { ["providerID"] = node.Object("spec").Text("providerID") },
        };
    }

    /// <summary>What is kept of the volume that the claim had; null: the point doesn't have it.</summary>
    private async Task<JsonObject?> VolumeOfAsync(VolumeRecord record, CancellationToken cancellation)
    {
        if (volumes.Count == 0)
            await foreach (
                var (_, volume, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(KnownTypes.PersistentVolumes), cancellation)
            )
                volumes[volume.Object("metadata").Text("name") ?? ""] = Kept(volume.Object("spec"));
        return volumes.GetValueOrDefault(record.Volume ?? "");
    }

    private static JsonObject Kept(JsonObject? spec)
    {
        var kept = new JsonObject();
        foreach (var field in (string[])["csi", "azureDisk", "mountOptions", "persistentVolumeReclaimPolicy"])
            if (spec?[field] is { } value)
                kept[field] = value.DeepClone();
        return kept;
    }

    private static ImmutableArray<string>? MountOptionsOf(JsonObject? volume) =>
        volume.Array("mountOptions") is { Count: > 0 } options ? [.. options.Select(o => $"{o}")] : null;

    private static long? Asked(JsonObject claim) =>
        Quantity.ToBytes(claim.Object("spec").Object("resources").Object("requests").Text("storage"));

    private static ClaimOrigin Refused(string reason) => new() { GetsAnother = true, Refusal = $"no disk can be made for it: {reason}" };
}
