using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>How far a policy's schedule has come (<c>schedules/POLICY.json</c> of the control store).</summary>
/// <param name="Schedule">As the evaluation left it.</param>
/// <param name="Tick">The tick that looked last; the same tick again decides nothing new.</param>
/// <param name="Decision">What it decided, for a person.</param>
/// <param name="Next">When the next run is due; null: never.</param>
/// <param name="Open">Runs that were started and hadn't ended when it looked; <see cref="RunOrders"/> has their orders.</param>
public sealed record PolicyRuns(
    ScheduleState? Schedule,
    DateTimeOffset Tick,
    string Decision,
    DateTimeOffset? Next,
    ImmutableArray<RunId> Open
)
{
    /// <summary>The run that this very tick has started; null: none.</summary>
    public RunId? Started { get; init; }

    public static string PathOf(string policy) => $"{ControlPaths.Schedules}{policy}.json";

    /// <returns>Null: the policy's schedule was never evaluated.</returns>
    /// <exception cref="ControlException">Malformed or NewerVersion: the document can't be used.</exception>
    public static async Task<PolicyRuns?> ReadAsync(IDocumentStore control, PolicyName policy, CancellationToken cancellation) =>
        (await control.ReadAsync(PathOf(policy.ToString()), ScheduleJson.Default.PolicyRuns, cancellation))?.Document;

    /// <summary>
    /// How far a state may be ahead of the clock: more is a clock that was wrong, and would keep the policy from running until then.
    /// </summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>
    /// The same for the next decision. A damaged document must not stop a policy's captures: the schedule begins again, as if it had been
    /// evaluated a minute before.
    /// </summary>
    /// <exception cref="ControlException">NewerVersion: the version that wrote it continues to decide.</exception>
    internal static async Task<(PolicyRuns? Runs, string? ETag)> FindAsync(
        IDocumentStore control,
        ProtectionPolicy policy,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var path = PathOf(policy.Name.ToString());
        if (await control.ReadAsync(path, cancellation) is not { } stored)
            return (null, null);
        try
        {
            return (ControlReading.Parse(control, path, stored.Content.Span, ScheduleJson.Default.PolicyRuns, FarAhead), stored.ETag);
        }
        catch (ControlException damaged) when (damaged.Failure is ControlFailure.Malformed)
        {
            var minute = now.AddMinutes(-1);
            return (
                new(
                    ScheduleState.Begin(policy.Schedule, minute),
                    minute,
                    "begun again: the state of the schedule couldn't be read",
                    null,
                    []
                ),
                stored.ETag
            );
        }

        string? FarAhead(PolicyRuns runs) =>
            runs.Tick - now > Ahead || runs.Schedule?.Settled - now > Ahead ? "its time is far in the future" : null;
    }

    /// <returns>False: another process was faster.</returns>
    internal async Task<bool> StoreAsync(IDocumentStore control, string policy, string? etag, CancellationToken cancellation)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(this, ScheduleJson.Default.PolicyRuns);
        return (
            etag is null
                ? await control.CreateAsync(PathOf(policy), content, cancellation)
                : await control.ReplaceAsync(PathOf(policy), content, etag, cancellation)
        )
            is not null;
    }
}
