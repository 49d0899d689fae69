using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Planning;

/// <summary>Checks in the target whether a claim can be provisioned from a snapshot of the point, and with what.</summary>
internal sealed class SnapshotChecks(PlanningRun run)
{
    private const string Instead = "or plan with --volumes reattach for an empty volume";

    private StorageFacts? storage;

    public async Task<ClaimOrigin> RunAsync(VolumeRecord record, JsonObject claim, CancellationToken cancellation)
    {
        if (ApiVersion() is not { } version)
            return Refused(
                $"its data is in a snapshot, and the target doesn't serve {SnapshotObjects.Group}: install the snapshot definitions and "
                    + $"the snapshot controller, and restore again; {Instead}"
            );
        var facts = await StorageAsync(cancellation);
        var snapshot = record.Snapshot!;
        if (facts.Hidden.Count == 0 && !facts.HasDriver(snapshot.Driver))
            return Refused(
                $"its data is in a snapshot of the driver {snapshot.Driver}, of which the target has no CSIDriver, StorageClass or "
                    + $"VolumeSnapshotClass: install the driver and restore again; {Instead}"
            );
        if (Reserved(record) is { } other)
            return Refused(
                $"volume {other} of the target waits for this claim, which would be bound to it instead of getting the snapshot's data: "
                    + "remove the volume's spec.claimRef and restore again, or plan with --volumes reattach"
            );
        return Possible(record, claim, version, facts);
    }

    /// <summary>What the target has of storage; read once.</summary>
    public async Task<StorageFacts> StorageAsync(CancellationToken cancellation)
    {
        if (storage is null)
        {
            storage = await StorageFacts.ReadAsync(run, cancellation);
            WarnOfHidden(storage);
        }
        return storage;
    }

    /// <summary>Of both types that are needed: one group serves them in the same versions.</summary>
    private string? ApiVersion() =>
        run.Types.VersionOf(SnapshotObjects.Group, KnownTypes.VolumeSnapshotContents) is null
            ? null
            : run.Types.VersionOf(SnapshotObjects.Group, KnownTypes.VolumeSnapshots);

    /// <summary>A volume of the target that waits for the claim; null: none does.</summary>
    public string? Reserved(VolumeRecord record) => run.VolumeFacts?.ReservedFor($"{record.Namespace}/{record.Claim}");

    private void WarnOfHidden(StorageFacts facts)
    {
        if (facts.Hidden.Count > 0)
            run.Warnings.Add(
                $"{string.Join(", ", facts.Hidden)} of the target can't be listed: whether claims can be provisioned from snapshots "
                    + "wasn't checked"
            );
    }

    private ClaimOrigin Possible(VolumeRecord record, JsonObject claim, string version, StorageFacts facts)
    {
        var snapshot = record.Snapshot!;
        // An annotation of the claim names a class of the captured cluster.
        var chosen = new SnapshotClasses(facts.SnapshotClasses).For(snapshot.Driver, []);
        var className = ClassOf(claim);
        var (size, asked) = Size(snapshot, claim);
        return new()
        {
            GetsAnother = true,
            Source = new()
            {
                Name = "",
                ApiVersion = version,
                Driver = snapshot.Driver,
                Handle = snapshot.Handle,
                Class = chosen.Name,
                Mode = record.Mode,
                CutAt = snapshot.CutAt,
                Size = size,
                BindsAtOnce = facts.BindsAtOnce(className) ? true : null,
            },
            Warnings = [.. Warnings(record, chosen, size, asked, facts)],
            Shortfall = MissingClass(className, facts),
        };
    }

    private static IEnumerable<ObjectWarning> Warnings(
        VolumeRecord record,
        ClassChoice chosen,
        string? size,
        string? asked,
        StorageFacts facts
    )
    {
        if (size is not null)
            yield return ObjectWarning.Of($"asks for {size} instead of {asked ?? "nothing"}: the snapshot needs that much");
        if (chosen.Problem is { } problem)
            yield return ObjectWarning.Of($"its snapshot is used without a class, which not every driver can do: {problem}");
        if (!record.Topology.IsEmpty && !record.Topology.Any(t => facts.HasNodeIn(t.Key, t.Values)))
            yield return ObjectWarning.Of(
                $"its volume was in {Places(record)}, where the target has no node: the driver may not reach the snapshot"
            );
    }

    private static string Places(VolumeRecord record) => string.Join(", ", record.Topology.SelectMany(t => t.Values));

    /// <summary>The claim's storage class in the target; null: the default one.</summary>
    public string? ClassOf(JsonObject claim) =>
        StorageClassMap.ClassOf(claim) is { } captured ? StorageClassMap.Of(run.Request.StorageClasses, captured) : null;

    public static ObjectWarning? MissingClass(string? className, StorageFacts facts) =>
        string.IsNullOrEmpty(className) || facts.Hidden.Count > 0 || facts.HasClass(className)
            ? null
            : ObjectWarning.Of(
                $"its storage class {className} isn't in the target or this restore: create it, or use --map-storage-class {className}=NEW"
            );

    /// <returns>What the claim must ask for, where that is more than it does; and what it does.</returns>
    private static (string? Size, string? Asked) Size(VolumeSnapshot snapshot, JsonObject claim)
    {
        var asked = claim.Object("spec").Object("resources").Object("requests").Text("storage");
        if (snapshot.RestoreBytes is not { } bytes)
            return (null, asked);
        var needed = Quantity.OfBytes(bytes);
        return Quantity.Compare(asked, needed) >= 0 ? (null, asked) : (needed, asked);
    }

    private static ClaimOrigin Refused(string reason) => new() { GetsAnother = true, Refusal = reason };
}
