using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Control;
using Holdfast.Protection.Policies;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>How far a policy's schedule has come (<c>schedules/POLICY.json</c> of the control store).</summary>
/// <param name="Schedule">As the evaluation left it.</param>
/// <param name="Tick">The tick that looked last; the same tick again decides nothing anew.</param>
/// <param name="Decision">What it decided, for a person.</param>
/// <param name="Next">When the next run is due; null: never.</param>
/// <param name="Open">Runs that were started and hadn't ended when it looked; <see cref="RunOrders"/> has their orders.</param>
public sealed record PolicyRuns(ScheduleState? Schedule, DateTimeOffset Tick, string Decision, DateTimeOffset? Next, ImmutableArray<RunId> Open)
{
    /// <summary>The run that this very tick has started; null: none.</summary>
    public RunId? Started { get; init; }

    public static string PathOf(string policy) => $"schedules/{policy}.json";

    /// <returns>Null: the policy's schedule was never looked at.</returns>
    public static async Task<PolicyRuns?> ReadAsync(IDocumentStore control, PolicyName policy, CancellationToken cancellation) =>
        (await FindAsync(control, policy.ToString(), cancellation)).Runs;

    internal static async Task<(PolicyRuns? Runs, string? ETag)> FindAsync(IDocumentStore control, string policy, CancellationToken cancellation) =>
        await control.ReadAsync(PathOf(policy), cancellation) is { } document
            ? (JsonSerializer.Deserialize(document.Content.Span, HoldfastJson.Default.PolicyRuns), document.ETag)
            : (null, null);

    /// <returns>False: somebody else was faster.</returns>
    internal async Task<bool> KeepAsync(IDocumentStore control, string policy, string? etag, CancellationToken cancellation)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(this, HoldfastJson.Default.PolicyRuns);
        return (etag is null ? await control.CreateAsync(PathOf(policy), content, cancellation) : await control.ReplaceAsync(PathOf(policy), content, etag, cancellation)) is not null;
    }
}
