using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Targets;
using Holdfast.Restore.Volumes;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Decides for each claim where its data comes from: from the volume that it had, from what the point has of it, or from nowhere. Claims
/// are planned before volumes, so that a volume whose claim gets a new one isn't restored.
/// </summary>
internal sealed class ClaimVolumes
{
    private readonly PlanningRun run;
    private readonly SnapshotChecks checks;
    private readonly FileChecks fileChecks;
    private readonly DiskChecks diskChecks;
    private readonly Dictionary<(string Namespace, string Claim), VolumeRecord> records = [];
    private readonly HashSet<string> replaced = new(StringComparer.Ordinal);

    public ClaimVolumes(PlanningRun run)
    {
        this.run = run;
        checks = new(run);
        fileChecks = new(run, checks);
        diskChecks = new(run, checks);
        foreach (var record in run.Point.Inventory.Volumes ?? [])
            if (record is { Namespace: { } ns, Claim: { } claim })
                records[(run.NamespaceOf(ns), claim)] = record with { Namespace = run.NamespaceOf(ns) };
    }

    /// <summary>For the rules of a volume whose claim gets another one; null: the volume is restored as any.</summary>
    public ClaimVolume? OfVolume(string name) => replaced.Contains(name) ? new(ClaimSource.Snapshot) : null;

    /// <param name="live">The claim in the target; null: there is none.</param>
    /// <returns>The same claim, with what was decided for it.</returns>
    public async Task<PlannedSubject> DecideAsync(
        PlannedSubject claim,
        JsonObject manifest,
        LiveObject? live,
        CancellationToken cancellation
    )
    {
        if (live is null && run.Request.Volumes == VolumeChoice.Reattach && HeldBySource(manifest) is { } held)
            return claim with { Origin = held };
        if (records.GetValueOrDefault((claim.Namespace ?? "", claim.Name)) is not { } record)
            return claim;
        var goes = live is not null && ManifestJson.Parse(live.Json.Span).Object("metadata").Text("deletionTimestamp") is not null;
        if (live is not null && !goes)
            return Live(claim, record);
        goes |= run.Namespaces.IsTerminating(claim.Namespace ?? "");
        if (record.Snapshot is null)
            return WithoutSnapshot(claim, record);
        if (run.Request.Volumes == VolumeChoice.Files)
            return Of(claim, await fileChecks.RunAsync(record, manifest, null, cancellation));
        if (!IsFromSnapshot(manifest.Object("spec").Text("volumeName"), goes))
            return claim;
        return Of(claim, await OriginAsync(record, manifest, cancellation));
    }

    /// <summary>Of what the point has: through the target's driver, on a disk that the cloud makes, or from exported files.</summary>
    private async Task<ClaimOrigin> OriginAsync(VolumeRecord record, JsonObject manifest, CancellationToken cancellation)
    {
        if (run.Request.Volumes == VolumeChoice.Disk)
            return await diskChecks.RunAsync(record, manifest, cancellation);
        var origin = await checks.RunAsync(record, manifest, cancellation);
        if (diskChecks.MayHave(record) && (origin.Refusal is not null || MayBeOutOfReach(record)))
            origin = Better(record, origin, await diskChecks.RunAsync(record, manifest, cancellation));
        return origin.Refusal is { } refusal && (run.Request.Volumes is null or VolumeChoice.Auto) && FileChecks.Has(record)
            ? await fileChecks.RunAsync(record, manifest, refusal, cancellation)
            : origin;
    }

    /// <summary>The driver may not get at the snapshot: it wasn't taken by it, or is in another region.</summary>
    private bool MayBeOutOfReach(VolumeRecord record) => record.Protection == VolumeProtection.DiskSnapshot || run.IsOtherCluster;

    /// <summary>A driver makes a volume of its own snapshots in its own region; anything else takes a disk.</summary>
    private static ClaimOrigin Better(VolumeRecord record, ClaimOrigin driver, ClaimOrigin disk)
    {
        if (driver.Refusal is { } refusal)
            return disk.Refusal is { } also ? driver with { Refusal = $"{refusal}; {also}" } : disk;
        if (disk.Disk is { } made)
            return record.Protection == VolumeProtection.CsiSnapshot && made.Disk.From == NewDiskSource.Snapshot ? driver : disk;
        return disk.IsLost
            ? disk
            : driver with
            {
                Warnings = [.. driver.Warnings, ObjectWarning.Of($"gets its snapshot by the driver: {disk.Refusal}")],
            };
    }

    private static PlannedSubject Of(PlannedSubject claim, ClaimOrigin origin)
    {
        ClaimVolume? from = origin switch
        {
            { Source: { } snapshot } => new(ClaimSource.Snapshot) { Snapshot = snapshot },
            { Files: { } files } => new(ClaimSource.Files) { Files = files },
            { Disk: { } disk } => new(ClaimSource.Disk) { Disk = disk },
            _ => null,
        };
        return claim with { Origin = origin, Rules = claim.Rules with { Claim = from } };
    }

    /// <summary>The claim was decided to get another volume, and no rule leaves it out: its old one isn't restored beside it.</summary>
    public void Replace(PlannedSubject claim)
    {
        if (claim.Origin is { GetsAnother: true } && records[(claim.Namespace ?? "", claim.Name)].Volume is { } volume)
            replaced.Add(volume);
    }

    /// <summary>Where the data of a claim comes from that is created from this body; null: it never had any.</summary>
    public static ClaimVolume? Of(PlannedSubject claim, JsonObject body) =>
        claim.Rules.Claim
        ?? (
            body.Object("spec").Text("volumeName") is { Length: > 0 } volume ? new(ClaimSource.Reattach) { Volume = volume }
            : claim.HadVolume ? new(ClaimSource.Empty)
            : null
        );

    /// <summary>The step with its number in the name of what it makes.</summary>
    /// <param name="plan">As <see cref="RestorePlan.Name"/>.</param>
    public static RestoreStep Named(RestoreStep step, string plan)
    {
        var name = SnapshotObjects.NameOf(plan, step.Number);
        return step.Volume switch
        {
            { Snapshot: { } snapshot } volume => step with { Volume = volume with { Snapshot = snapshot with { Name = name } } },
            { Disk: { } disk } volume => step with { Volume = volume with { Disk = disk with { Name = name } } },
            _ => step,
        };
    }

    /// <summary>A claim of a mapped namespace is to be attached to a volume that the claim it was made of still has.</summary>
    private ClaimOrigin? HeldBySource(JsonObject manifest) =>
        manifest.Object("spec").Text("volumeName") is { } volume && run.VolumeFacts?.HeldBySource(volume) is { } source
            ? new()
            {
                Refusal =
                    $"its volume {volume} is that of claim {source}, which is in the target: two claims never share a disk. Plan without "
                    + "--volumes reattach",
            }
            : null;

    private bool IsFromSnapshot(string? volume, bool claimGoes) =>
        run.Request.Volumes switch
        {
            VolumeChoice.Snapshot or VolumeChoice.Disk => true,
            VolumeChoice.Reattach => false,
            _ => volume is null || run.VolumeFacts?.StaysUsable(volume, claimGoes) != true,
        };

    private PlannedSubject Live(PlannedSubject claim, VolumeRecord record)
    {
        if (
            ((run.Request.Volumes is VolumeChoice.Snapshot or VolumeChoice.Disk) && record.Snapshot is not null)
            || (run.Request.Volumes == VolumeChoice.Files && FileChecks.Has(record))
        )
            run.Warnings.Add(
                KnownTypes.PersistentVolumeClaims,
                claim.Namespace,
                claim.Name,
                $"is in the target, so that its data stays as it is: delete the claim and restore again for the data of the point"
            );
        return claim;
    }

    private PlannedSubject WithoutSnapshot(PlannedSubject claim, VolumeRecord record) =>
        (run.Request.Volumes is VolumeChoice.Snapshot or VolumeChoice.Files or VolumeChoice.Disk) && record.Volume is not null
            ? claim with
            {
                Origin = new()
                {
                    Shortfall = ObjectWarning.Of(
                        $"its data isn't that of the point, which has no snapshot of its volume: {record.Reason ?? "not protected"}"
                    ),
                },
            }
            : claim;
}

/// <summary>What was found out about a claim's data before the claim is planned.</summary>
internal sealed record ClaimOrigin
{
    /// <summary>The claim is to get another volume with the data of the point, whether or not that is possible.</summary>
    public bool GetsAnother { get; init; }

    /// <summary>Set: it is possible, from a snapshot.</summary>
    public SnapshotSource? Source { get; init; }

    /// <summary>Set: it is possible, from exported files.</summary>
    public FileSource? Files { get; init; }

    /// <summary>Set: it is possible, on a disk that is made for it; its name is still empty.</summary>
    public DiskSource? Disk { get; init; }

    /// <summary>The snapshot is known to be out of the reach of the target's driver as well.</summary>
    public bool IsLost { get; init; }

    /// <summary>Why it isn't possible, and what to do: the claim isn't created, since an empty one couldn't be filled later.</summary>
    public string? Refusal { get; init; }

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<ObjectWarning> Warnings { get; init; } = [];

    /// <summary>What doesn't come back although the claim is created; null: nothing.</summary>
    public ObjectWarning? Shortfall { get; init; }

    public static string Joined(string? first, ObjectWarning second) => first is null ? second.ToString() : $"{first}; {second}";
}
