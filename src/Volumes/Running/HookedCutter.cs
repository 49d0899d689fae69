using System.Collections.Immutable;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Policies;
using Holdfast.Volumes.Hooks;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Running;

/// <summary>Cuts the snapshots of a batch between the pre and post hooks of the pods that mount its claims.</summary>
/// <param name="hooks">Of the policy; null: none.</param>
/// <param name="record">Of this batch, the same at each attempt.</param>
internal sealed class HookedCutter(
    ClusterConnection connection,
    VolumeCuts cuts,
    ImmutableArray<PolicyHook>? hooks,
    FreezeRecord record,
    TimeProvider time
)
{
    /// <summary>What hooks and a hanging storage system may take beyond the time for the cut.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    private readonly HookRunner runner = new(connection, record);

    /// <exception cref="ClusterException">The cluster can't be asked; or the cut isn't consistent, and another attempt may be.</exception>
    public async Task<VolumeBatch> CutAsync(ImmutableArray<PlannedVolume> volumes, TimeSpan limit, CancellationToken cancellation)
    {
        var (plan, unread) = await PlanAsync(volumes, cancellation);
        if (!unread.IsEmpty && await record.ReadAsync(cancellation) is not null)
            throw unread.Values.First();
        ImmutableArray<PlannedVolume> skipped = [.. volumes.Where(v => unread.ContainsKey(v.Record.Namespace!) && MayHook(v))];
        var batch = await CutAsync(plan, volumes.RemoveRange(skipped), limit, cancellation);
        return batch with
        {
            Volumes = [.. batch.Volumes, .. skipped.Select(v => NotCut(v, Hidden(unread[v.Record.Namespace!])))],
            Warning = unread.IsEmpty
                ? null
                : $"hooks in annotations of pods weren't run: {string.Join("; ", unread.Values.Select(Hidden))}",
        };
    }

    /// <summary>Runs the post hooks that an attempt which wasn't repeated has left.</summary>
    /// <exception cref="ClusterException">Pods can't be listed: what was stopped stays so.</exception>
    public async Task ThawAsync(ImmutableArray<PlannedVolume> volumes, CancellationToken cancellation)
    {
        if (await record.ReadAsync(cancellation) is null)
            return;
        var (plan, unread) = await PlanAsync(volumes, cancellation);
        if (!unread.IsEmpty)
            throw unread.Values.First();
        await runner.ThawAsync(plan, cancellation);
    }

    private async Task<VolumeBatch> CutAsync(
        HookPlan plan,
        ImmutableArray<PlannedVolume> volumes,
        TimeSpan limit,
        CancellationToken cancellation
    )
    {
        var hooked = await runner.AroundAsync(plan, limit + Slack, token => cuts.CutAsync(volumes, limit, token), cancellation);
        try
        {
            var cut = hooked.Cut is null ? NotCut(volumes, hooked.Outcomes) : await hooked.Cut;
            return new(time.GetUtcNow(), cut) { Hooks = hooked.Outcomes };
        }
        catch (HookException e)
        {
            throw new ClusterException(ClusterFailure.Broken, e.Message, e);
        }
    }

    /// <returns>The hooks; and of namespaces whose pods may not be listed, why.</returns>
    private async Task<(HookPlan Plan, ImmutableSortedDictionary<string, ClusterException> Unread)> PlanAsync(
        ImmutableArray<PlannedVolume> volumes,
        CancellationToken cancellation
    )
    {
        var claims = volumes.Select(v => (v.Record.Namespace!, v.Record.Claim!)).ToHashSet();
        var pods = new List<PodHooks>();
        var unread = ImmutableSortedDictionary.CreateBuilder<string, ClusterException>(StringComparer.Ordinal);
        foreach (var ns in claims.Select(c => c.Item1).Distinct())
            try
            {
                pods.AddRange(
                    (
                        await HookPlan.ReadAsync(
                            connection,
                            new(hooks),
                            [ns],
                            pod => pod.Claims.Any(c => claims.Contains((pod.Namespace, c))),
                            cancellation
                        )
                    ).Pods
                );
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.Forbidden)
            {
                unread[ns] = e;
            }
        return (HookPlan.Of(pods), unread.ToImmutable());
    }

    /// <summary>Whether a hook of the policy belongs to pods that can't be seen isn't known.</summary>
    private bool MayHook(PlannedVolume volume) =>
        (hooks ?? []).Any(h => h.Namespaces.IsEmpty || h.Namespaces.Contains(volume.Record.Namespace!, StringComparer.Ordinal));

    private static string Hidden(ClusterException why) => $"the pods that mount the claims can't be listed: {why.Message}";

    private static ImmutableArray<CutVolume> NotCut(ImmutableArray<PlannedVolume> volumes, ImmutableArray<HookOutcome> outcomes)
    {
        var why = outcomes.FirstOrDefault(o => o is { Phase: HookPhase.Pre, OnError: OnHookError.Fail, Error: not null });
        return [.. volumes.Select(v => NotCut(v, why is null ? "pre hooks took too long" : $"a hook failed: {why}"))];
    }

    private static CutVolume NotCut(PlannedVolume volume, string why) =>
        new(volume.Number!.Value) { Problem = $"no snapshot was taken, since {why}" };
}
