using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Protection.Capture.Exporting;
using Holdfast.Protection.Capture.Planning;

namespace Holdfast.Protection.Capture.Sealing;

/// <summary>The last step of a capture: what its units brought becomes a sealed point. May be repeated; the same plan and results give the same point.</summary>
public sealed class CaptureSealer(RecoveryPointWriter vault)
{
    /// <exception cref="CaptureException">Nothing was captured, or the capture is too old.</exception>
    /// <exception cref="ArchiveException">The vault can't be written; with lost packs named: what was in them must be exported again, without naming them.</exception>
    public async Task<(SealedPoint Point, Inventory Inventory)> SealAsync(CapturePlan plan, IReadOnlyCollection<UnitResult> results, CancellationToken cancellation)
    {
        var inventory = InventoryMerge.Merge(plan, results);
        if (inventory.Segments.IsEmpty && !inventory.Gaps.IsEmpty)
        {
            var gap = inventory.Gaps[0];
            throw new CaptureException(CaptureFailure.NothingCaptured,
                $"Not one object of '{plan.Cluster}' could be read, so no point was made. {inventory.Gaps.Length} types failed; the first, {gap.Resource}: {gap.Reason}");
        }
        var state = inventory.Gaps.IsEmpty ? PointState.Succeeded : PointState.Partial;
        return (await vault.SealAsync(inventory, new(state, plan.KeepUntil), cancellation), inventory);
    }
}
