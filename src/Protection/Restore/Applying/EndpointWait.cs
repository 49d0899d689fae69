namespace Holdfast.Protection.Restore.Applying;

/// <summary>At the end of a restore: gives the pods behind restored webhooks a while to become ready.</summary>
internal sealed class EndpointWait(ApplyContext context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly WebhookBackends backends = new(context);

    /// <summary>Returns when every webhook that was deferred for want of endpoints could be written, or after <see cref="ApplyLimits.Endpoints"/>.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        var waiting = context.Plan.Steps.Where(s => s.Stage == RestoreStage.Admission && context.Ledger.Of(s.Number) is { Kind: OutcomeKind.Deferred }).ToList();
        var deadline = new Deadline(context.Time, context.Limits.Endpoints);
        while (await AnyWithoutAsync(waiting, cancellation) && deadline.Left >= Pause)
            await Task.Delay(Pause, context.Time, cancellation);
    }

    private async Task<bool> AnyWithoutAsync(List<RestoreStep> waiting, CancellationToken cancellation)
    {
        foreach (var step in waiting)
        {
            if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
                continue;
            var item = await context.Manifests.ReadyAsync(step, type, cancellation);
            if (await backends.CheckAsync(item, last: false, cancellation) is { Refused: not null })
                return true;
        }
        return false;
    }
}
