using Holdfast.Orchestrations.Effects;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Seals the point and keeps what is to be reported of it, or finds packs that must be written again. Repeated, it gives the same point.
/// </summary>
internal sealed class SealCapture(RunWorkspace workspace) : RunActivity<LegSubject, Settlement>(workspace)
{
    public const string Name = nameof(SealCapture);

    /// <returns>The leg to export instead, where there is one.</returns>
    protected override Task<Settlement> DoAsync(LegSubject leg, CancellationToken cancellation) =>
        Workspace.Captures.DoAsync(
            leg.Capture,
            async (steps, stop) =>
            {
                var result = await steps.SealAsync(leg.Leg, stop);
                if (result.Report is { } report)
                    await Workspace.Captures.LedgerOf(leg.Capture).KeepAsync(report, stop);
                return new Settlement(result.Next);
            },
            cancellation
        );
}
