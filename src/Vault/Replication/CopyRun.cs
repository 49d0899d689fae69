using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Vault.Replication;

/// <summary>Works a plan off, point by point. One that can't be copied is a finding, and keeps no other from it.</summary>
internal sealed class CopyRun(PointCopying copying, ReplicationPlan plan, CopyProgress progress)
{
    private readonly Dictionary<PointId, ContentDigest> there = plan.Sealed.ToDictionary();
    private readonly Dictionary<PointId, SealedPoint> damaged = [];
    private readonly List<ReplicationFinding> findings = [.. plan.Findings];
    private SealedPoint? newest;
    private int whole;
    private int seals;

    public bool IsSealed(PointId point) => there.ContainsKey(point);

    /// <returns>False: the time was over.</returns>
    public async Task<bool> CopyAsync(Func<bool> isOver, CancellationToken cancellation)
    {
        foreach (var copy in plan.Copies)
        {
            if (isOver())
                return false;
            if (await CanFollowAsync(copy, cancellation) && !await CopyAsync(copy, cancellation))
                return false;
            progress.AddPoint();
        }
        return true;
    }

    /// <returns>False: it can't be done for this point, which is a finding.</returns>
    public async Task<bool> TryAsync(PointId point, Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (ArchiveException e) when (IsOfPoint(e))
        {
            findings.Add(new(point, $"point {point}: {e.Message}"));
            return false;
        }
    }

    public ReplicationResult Result(int holds, bool isUnfinished)
    {
        var done = progress.Now;
        findings.AddRange(copying.Notes.Distinct().Order(StringComparer.Ordinal).Select(n => new ReplicationFinding(null, n)));
        return new(whole, seals, done.Packs, done.Bytes, holds, [.. findings], isUnfinished) { Newest = newest };
    }

    private async Task<bool> CopyAsync(PlannedCopy copy, CancellationToken cancellation)
    {
        var (id, isDone) = (copy.Point.Id, true);
        if (!await TryAsync(id, async () => isDone = await copying.CopyAsync(copy, cancellation)))
        {
            damaged[id] = copy.Point;
            return true;
        }
        if (!isDone)
            return false;
        there[id] = copy.Point.SealDigest;
        if (copy.Kind == CopyKind.Seal)
            seals++;
        else
            (whole, newest) = (whole + 1, copy.Point);
        return true;
    }

    /// <summary>
    /// The seals that a point names are there. That of a point whose content is damaged in the vault is copied only now, alone: one
    /// damaged pack must not keep all later points out of the replica, whose verification finds that point as damaged as it is here.
    /// </summary>
    private async Task<bool> CanFollowAsync(PlannedCopy copy, CancellationToken cancellation)
    {
        foreach (var previous in copy.Point.Seal.Previous)
        {
            if (
                damaged.Remove(previous.Point, out var before)
                && !there.ContainsKey(before.Id)
                && await TryAsync(before.Id, () => copying.SealAsync(before, cancellation))
            )
            {
                there[before.Id] = before.SealDigest;
                seals++;
            }
            if (there.TryGetValue(previous.Point, out var seal) && seal == previous.Seal)
                continue;
            findings.Add(new(copy.Point.Id, $"point {copy.Point.Id} waits for {previous.Point}, whose seal it names"));
            return false;
        }
        return true;
    }

    /// <summary>It concerns the blobs of this point; else no other could be copied either.</summary>
    private static bool IsOfPoint(ArchiveException e) =>
        !e.IsTransient && e.Failure is not (ArchiveFailure.Forbidden or ArchiveFailure.Full);
}
