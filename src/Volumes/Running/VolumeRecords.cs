using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;
using Holdfast.Volumes.Transfers;

namespace Holdfast.Volumes.Running;

/// <summary>Makes a plan and what became of its snapshots the records of a point. Pure.</summary>
internal sealed class VolumeRecords(
    VolumePlan plan,
    IEnumerable<CutVolume> states,
    IEnumerable<CarriedVolume> carried,
    DateTimeOffset pinnedAt
)
{
    private const string TooNew = "it was created after the snapshots were cut: capture again";

    private readonly Dictionary<int, CutVolume> states = states.ToDictionary(s => s.Number);
    private readonly Dictionary<int, ImmutableArray<TransferState>> carried = carried.ToDictionary(c => c.Number, c => c.States);
    private readonly ImmutableArray<VolumeRecord>.Builder records = ImmutableArray.CreateBuilder<VolumeRecord>();
    private readonly ImmutableArray<Gap>.Builder gaps = ImmutableArray.CreateBuilder<Gap>();

    /// <param name="pinned">The selected claims at the point's revision.</param>
    public PointVolumes Of(FoundVolumes pinned)
    {
        var claims = pinned.Records.ToDictionary(v => (v.Record.Namespace, v.Record.Claim));
        // a claim that was deleted before the revision isn't in the point
        foreach (var volume in plan.Volumes.Where(v => v.Record.Claim is null || claims.ContainsKey((v.Record.Namespace, v.Record.Claim))))
            Add(volume);
        foreach (var claim in claims.Keys.Except(plan.Volumes.Select(v => (v.Record.Namespace, v.Record.Claim))))
            Add(claims[claim].Record with { Reason = TooNew }, claims[claim].IsNotNeeded, []);
        return new(records.ToImmutable(), gaps.ToImmutable());
    }

    private void Add(PlannedVolume volume)
    {
        var transfers = volume.Number is { } number ? carried.GetValueOrDefault(number, []) : [];
        Add(Record(volume, transfers), volume.IsNotNeeded, transfers);
    }

    private void Add(VolumeRecord record, bool isNotNeeded, ImmutableArray<TransferState> transfers)
    {
        records.Add(record);
        if (!plan.RequiresProtection || isNotNeeded)
            return;
        if (record.Protection == VolumeProtection.None)
            gaps.Add(GapOf(record, $"isn't protected: {record.Reason}"));
        foreach (var failed in transfers.Where(t => t.Problem is not null))
            gaps.Add(GapOf(record, $"isn't everywhere where it should be: {failed.Problem}"));
    }

    private VolumeRecord Record(PlannedVolume volume, ImmutableArray<TransferState> transfers)
    {
        var state = volume.Number is { } number ? states[number] : null;
        if (state is not { IsSecured: true })
            return volume.Record with { Reason = state?.Problem ?? volume.Record.Reason };
        return volume.Record with
        {
            Protection = volume.Disk is null ? VolumeProtection.CsiSnapshot : VolumeProtection.DiskSnapshot,
            Reason = null,
            Snapshot = new()
            {
                Driver = volume.Record.Driver!,
                Handle = state.Handle!,
                Class = volume.Class,
                CutAt = state.CutAt!.Value.ToUniversalTime(),
                SecondsBeforeRevision = Math.Round((pinnedAt - state.CutAt.Value).TotalSeconds, 3),
                RestoreBytes = state.RestoreBytes,
                Group = state.Group,
                Copies = transfers.Any(t => t.Copies.Length > 0) ? [.. transfers.SelectMany(t => t.Copies)] : null,
            },
            Export = transfers.Select(t => t.Export).FirstOrDefault(e => e is not null),
        };
    }

    public static Gap Unlisted(string why) =>
        new(KnownTypes.PersistentVolumeClaims, null, $"claims can't be listed, so that no volume is protected: {why}");

    private static Gap GapOf(VolumeRecord record, string how) =>
        record.Claim is null
            ? new(KnownTypes.PersistentVolumes, null, $"the data of volume {record.Volume} {how}")
            : new(KnownTypes.PersistentVolumeClaims, record.Namespace, $"the data of claim {record.Claim} {how}");
}
