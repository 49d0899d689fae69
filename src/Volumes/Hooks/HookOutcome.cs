using System.Collections.Immutable;
using Holdfast.Clusters.Executing;
using Holdfast.Control.Hooks;
using Holdfast.Control.Policies;

namespace Holdfast.Volumes.Hooks;

/// <summary>What became of one hook, for a run's report.</summary>
public sealed record HookOutcome
{
    public required string Namespace { get; init; }
    public required string Pod { get; init; }

    /// <summary>Null: it wasn't determined.</summary>
    public string? Container { get; init; }
    public required HookPhase Phase { get; init; }

    /// <summary>Where the hook was read: <c>policy hook freeze</c>.</summary>
    public required string Source { get; init; }
    public required OnHookError OnError { get; init; }
    public int? ExitCode { get; init; }
    public double Seconds { get; init; }

    /// <summary>
    /// The beginning of what the command wrote, in one line, with control characters as escapes; what looks like a secret is withheld. For
    /// reports only, never for a log. Null: nothing.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>Why it failed; null: it didn't.</summary>
    public string? Error { get; init; }

    /// <summary>It ended what an earlier attempt had begun.</summary>
    public bool IsRecovery { get; init; }

    /// <summary>For logs: without the output.</summary>
    public override string ToString() =>
        $"{(Phase == HookPhase.Pre ? "pre" : "post")} hook of {Namespace}/{Pod} ({Source}): {Error ?? "done"}";

    internal static HookOutcome Of(PodHooks pod, HookFault fault) =>
        new()
        {
            Namespace = pod.Namespace,
            Pod = pod.Pod,
            Phase = fault.Phase,
            Source = fault.Source,
            OnError = fault.OnError,
            Error = $"{fault.Source}: {fault.Why}",
        };

    /// <param name="pod">As <see cref="PodHooks.Name"/>.</param>
    internal static HookOutcome OfMissing(string pod) =>
        new()
        {
            Namespace = pod.Split('/')[0],
            Pod = pod.Split('/')[^1],
            Phase = HookPhase.Post,
            Source = "an earlier attempt",
            OnError = OnHookError.Continue,
            Error = "its pre hooks may have run, and it isn't running any more or has no hooks now: see that it isn't stopped",
            IsRecovery = true,
        };

    internal static HookOutcome Of(PodHooks pod, HookPhase phase, HookSpec spec, TimeSpan elapsed) =>
        new()
        {
            Namespace = pod.Namespace,
            Pod = pod.Pod,
            Container = spec.Container,
            Phase = phase,
            Source = spec.Source,
            OnError = spec.OnError,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
        };

    internal HookOutcome With(CommandResult result, HookSpec spec) =>
        this with
        {
            ExitCode = result.ExitCode,
            Output = CommandReport.Output(result.Output),
            Error = CommandReport.Error(result, spec.Timeout),
        };

    internal HookOutcome WithError(string error) => this with { Error = CommandReport.Error(error) };
}

/// <summary>What came of a cut with hooks around it.</summary>
/// <param name="Cut">
/// Completed: its result, its exception, or that it was cancelled. Null: nothing was cut, since a pre hook failed whose failure counts, or
/// the time for stopped applications was over.
/// </param>
/// <param name="Outcomes">In the order in which the hooks ran. A failure whose hook says Continue is in here too.</param>
public sealed record HookedCut<T>(Task<T>? Cut, ImmutableArray<HookOutcome> Outcomes);
