using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Sealing;

/// <summary>
/// The last step of a capture: the results of its units become a sealed point. May be repeated; the same plan and results give the same
/// point.
/// </summary>
/// <param name="signer">Null: the seal is not signed.</param>
public sealed class CaptureSealer(RecoveryPointWriter vault, TimeProvider time, SealSigner? signer = null)
{
    /// <exception cref="CaptureException">Nothing was captured, or the capture is too old.</exception>
    /// <exception cref="ArchiveException">
    /// The vault can't be written; with lost packs named: their content must be exported again, without reusing them.
    /// </exception>
    public async Task<(SealedPoint Point, Inventory Inventory)> SealAsync(
        CapturePlan plan,
        IReadOnlyCollection<UnitResult> results,
        PointVolumes volumes,
        CapturedInfrastructure infrastructure,
        CancellationToken cancellation
    )
    {
        if (time.GetUtcNow() - plan.StartedAt > RecoveryPointWriter.SealingLimit)
        {
            throw new CaptureException(
                CaptureFailure.TooOld,
                $"The capture of '{plan.Cluster}' began {plan.StartedAt:u}, more than {RecoveryPointWriter.SealingLimit.TotalDays:0} "
                    + "days ago; a point must be sealed within that time. Start a new capture"
            );
        }
        var inventory = InventoryMerge.Merge(plan, results, volumes with { Gaps = [.. volumes.Gaps, .. infrastructure.Gaps] });
        if (inventory.Segments.IsEmpty && inventory.Gaps.IsEmpty)
            throw new CaptureException(CaptureFailure.BadRequest, Nothing(plan));
        if (inventory.Segments.IsEmpty)
        {
            var gap = inventory.Gaps[0];
            throw new CaptureException(
                CaptureFailure.NothingCaptured,
                $"No object of '{plan.Cluster}' could be read, so no point was created. {inventory.Gaps.Length} types failed; the "
                    + $"first, {gap.Resource}: {gap.Reason}"
            );
        }
        var state = inventory.Gaps.IsEmpty ? PointState.Succeeded : PointState.Partial;
        var request = new SealRequest(state, plan.Request.KeepUntil, signer)
        {
            Infrastructure = infrastructure.Profile,
            Mode = plan.Request.KeepMode,
        };
        return (await vault.SealAsync(inventory, request, cancellation), inventory);
    }

    private static string Nothing(CapturePlan plan) =>
        plan.Request.Scope.LabelSelector is { } selector
            ? $"no object selected for capture in '{plan.Cluster}' matches the labels '{selector}', so no point was created. Check the "
                + "selector"
            : $"the request leaves nothing to capture in '{plan.Cluster}', so no point was created. Check its exclusions";
}
