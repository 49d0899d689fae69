using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Transfers;

/// <summary>The transfers of a capture's volumes, each looked at until it is done.</summary>
internal sealed class VolumeTransfers(ImmutableArray<IVolumeTransfer> transfers, string run, ClusterName cluster)
{
    /// <summary>Volumes at once.</summary>
    private const int Lanes = 8;

    /// <param name="ready">Those whose snapshots are ready to use.</param>
    /// <param name="isLast">What isn't done now has failed.</param>
    /// <returns>Of each that is carried anywhere how far it is.</returns>
    public async Task<ImmutableArray<CarriedVolume>> AdvanceAsync(
        ClusterConnection connection,
        VolumePlan plan,
        IEnumerable<CutVolume> ready,
        bool isLast,
        CancellationToken cancellation
    )
    {
        var planned = plan.ByNumber;
        var subjects = ready.Select(v => Subject(connection, plan, planned[v.Number], v)).Where(s => Of(s).Any()).ToArray();
        var carried = new CarriedVolume[subjects.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation };
        await Parallel.ForAsync(
            0,
            subjects.Length,
            options,
            async (i, token) => carried[i] = await AdvanceAsync(subjects[i], isLast, token)
        );
        return [.. carried];
    }

    /// <summary>Removes what they made and no point needs. Everything is tried, whatever fails.</summary>
    /// <exception cref="Exception">The first of what can't be removed.</exception>
    public async Task ReleaseAsync(
        ClusterConnection connection,
        VolumePlan plan,
        IReadOnlyDictionary<int, CutVolume> known,
        Predicate<int> isSealed,
        CancellationToken cancellation
    )
    {
        var failures = new FirstFailure();
        foreach (var (number, volume) in plan.ByNumber)
        {
            var subject = Subject(connection, plan, volume, known.GetValueOrDefault(number) ?? new(number));
            foreach (var transfer in Of(subject))
                await failures.TryAsync(() => transfer.ReleaseAsync(subject, isSealed(number), cancellation), cancellation);
        }
        failures.Throw();
    }

    /// <summary>Removes what runs that were killed have left. Everything is tried, whatever fails.</summary>
    /// <exception cref="Exception">The first of what can't be removed.</exception>
    public async Task CollectAsync(ClusterConnection connection, VolumePlan plan, CancellationToken cancellation)
    {
        var failures = new FirstFailure();
        foreach (var transfer in transfers)
            await failures.TryAsync(() => transfer.CollectAsync(connection, cluster, plan, cancellation), cancellation);
        failures.Throw();
    }

    private IEnumerable<IVolumeTransfer> Of(TransferSubject subject) => transfers.Where(t => t.Applies(subject.Plan, subject.Volume));

    private async Task<CarriedVolume> AdvanceAsync(TransferSubject subject, bool isLast, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<TransferState>();
        foreach (var transfer in Of(subject))
            states.Add(await LookAsync(transfer, subject, isLast, cancellation));
        return new(subject.Volume.Number!.Value, states.ToImmutable());
    }

    private static async Task<TransferState> LookAsync(
        IVolumeTransfer transfer,
        TransferSubject subject,
        bool isLast,
        CancellationToken cancellation
    )
    {
        try
        {
            var state = await transfer.AdvanceAsync(subject, cancellation);
            return isLast && !state.IsDone
                ? TransferState.Failed($"its data wasn't carried away in time{(state.Problem is { } why ? $": {why}" : "")}")
                : state;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // a transfer must not end the capture: the next look tries again, and the last one says why
            return isLast ? TransferState.Failed(e.Message) : TransferState.UnderWay with { Problem = e.Message };
        }
    }

    private TransferSubject Subject(ClusterConnection connection, VolumePlan plan, PlannedVolume volume, CutVolume cut) =>
        new(run, cluster, connection, plan, volume, cut);
}
