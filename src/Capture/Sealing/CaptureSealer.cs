using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Sealing;

/// <summary>
/// The last step of a capture: what its units brought becomes a sealed point. May be repeated; the same plan and results give the same
/// point.
/// </summary>
/// <param name="signer">Null: the seal is not signed.</param>
public sealed class CaptureSealer(RecoveryPointWriter vault, TimeProvider time, SealSigner? signer = null)
{
    /// <exception cref="CaptureException">Nothing was captured, or the capture is too old.</exception>
    /// <exception cref="ArchiveException">
    /// The vault can't be written; with lost packs named: what was in them must be exported again, without naming them.
    /// </exception>
    public async Task<(SealedPoint Point, Inventory Inventory)> SealAsync(
        CapturePlan plan,
        IReadOnlyCollection<UnitResult> results,
        CancellationToken cancellation
    )
    {
        if (time.GetUtcNow() - plan.StartedAt > RecoveryPointWriter.SealingLimit)
        {
            throw new CaptureException(
                CaptureFailure.TooOld,
                $"The capture of '{plan.Cluster}' began {plan.StartedAt:u}, more than {RecoveryPointWriter.SealingLimit.TotalDays:0} "
                    + "days ago, and a point must be sealed by then. Capture again"
            );
        }
        var inventory = InventoryMerge.Merge(plan, results);
        if (inventory.Segments.IsEmpty && inventory.Gaps.IsEmpty)
            throw new CaptureException(CaptureFailure.BadRequest, Nothing(plan));
        if (inventory.Segments.IsEmpty)
        {
            var gap = inventory.Gaps[0];
            throw new CaptureException(
                CaptureFailure.NothingCaptured,
                $"Not one object of '{plan.Cluster}' could be read, so no point was made. {inventory.Gaps.Length} types failed; the "
                    + $"first, {gap.Resource}: {gap.Reason}"
            );
        }
        var state = inventory.Gaps.IsEmpty ? PointState.Succeeded : PointState.Partial;
        return (await vault.SealAsync(inventory, new(state, plan.KeepUntil, signer), cancellation), inventory);
    }

    private static string Nothing(CapturePlan plan) =>
        plan.Scope.LabelSelector is { } selector
            ? $"no object of '{plan.Cluster}' that is to be captured has labels that match '{selector}', so no point was made. Check the "
                + "selector"
            : $"nothing of '{plan.Cluster}' is left to capture, so no point was made. Check what is left out";
}
