using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Health;

/// <param name="Kind"><c>document</c>: a control document can't be used; <c>timer</c>: a timer's last turn failed;
/// <c>verification</c>: the last one found damage, or couldn't look at everything; <c>takeover</c>: another service captures a cluster
/// now; <c>notification</c>: messages don't reach their target; <c>region</c>: a key or a secret that a failover needs may be lost with
/// this region.</param>
/// <param name="Subject">The document's path, or what the timer does, or the verification's run, or the cluster, or the notification, or
/// <c>encryption</c> or <c>signatures</c>; null: the caller is not authenticated.</param>
/// <param name="Message">What is wrong and what to do; null as <paramref name="Subject"/>.</param>
/// <param name="Since">When a timer failed first after it last did well, or a verification ended.</param>
internal sealed record HealthWarning(string Kind, string? Subject, string? Message, DateTimeOffset? Since);

/// <summary>
/// What a person should look at though the app works: control documents that can't be used, timers that fail, damage that verification
/// found, notifications that don't arrive, and what a failover would be missing. Each document is logged once; metrics count what is
/// wrong, and readiness lists it. Thread-safe.
/// </summary>
internal sealed partial class Warnings : IDisposable
{
    /// <summary>A receiver that is busy for a moment is no warning.</summary>
    private const int Repeatedly = 3;

    private readonly Meter meter = new("Holdfast.Functions");
    private readonly ConcurrentDictionary<string, Failing> timers = new(StringComparer.Ordinal);
    private readonly UnusableDocuments? documents;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Counter<long> failures;
    private volatile VerificationOutcome? damage;
    private volatile IReadOnlyList<Fence> fences = [];
    private volatile IReadOnlyList<HealthWarning> undelivered = [];
    private volatile IReadOnlyList<RegionSecret> secrets = [];

    /// <param name="documents">Null: the app has no control container.</param>
    public Warnings(UnusableDocuments? documents, TimeProvider time, ILogger log)
    {
        (this.documents, this.time, this.log) = (documents, time, log);
        failures = meter.CreateCounter<long>(
            "holdfast.timer.failures",
            "{failure}",
            "Turns of the app's timers that failed, by what they do"
        );
        meter.CreateObservableGauge("holdfast.timers.failing", () => timers.Count, "{timer}", "Timers whose last turn failed");
        meter.CreateObservableGauge(
            "holdfast.control.documents.unusable",
            () => documents?.Count ?? 0,
            "{document}",
            "Control documents that were found damaged, newer or foreign"
        );
        meter.CreateObservableGauge(
            "holdfast.verification.failing",
            () => damage is null ? 0 : 1,
            "{verification}",
            "1 while the last verification of the vault is one that found damage or couldn't look at everything"
        );
        meter.CreateObservableGauge(
            "holdfast.notifications.failing",
            () => undelivered.Count,
            "{target}",
            "Targets of notifications that messages don't reach"
        );
        if (documents is not null)
            documents.Found += LogFound;
    }

    public IReadOnlyList<HealthWarning> All =>
        [
            .. timers
                .OrderBy(timer => timer.Key, StringComparer.Ordinal)
                .Select(timer => new HealthWarning("timer", timer.Key, timer.Value.Message, timer.Value.Since)),
            .. damage is { } found
                ? [new HealthWarning("verification", $"{found.Run}", found.Message, found.EndedAt)]
                : Array.Empty<HealthWarning>(),
            .. fences.Select(f => new HealthWarning(
                "takeover",
                $"{f.Cluster}",
                $"another service has taken it over in the replica '{f.Replica}' (takeover {f.Number} by {f.By}: {f.Reason}); "
                    + "schedules here leave it alone until that is returned",
                f.At
            )),
            .. undelivered,
            .. secrets.Select(s => new HealthWarning("region", s.Of, s.Message, null)),
            .. (documents?.All ?? []).Select(document => new HealthWarning("document", document.Path, document.Problem, null)),
        ];

    public void Failed(string timer, Exception fault)
    {
        failures.Add(1, new KeyValuePair<string, object?>("timer", timer));
        var now = time.GetUtcNow();
        timers.AddOrUpdate(timer, _ => new(now, fault.Message), (_, before) => before with { Message = fault.Message });
    }

    public void Succeeded(string timer) => timers.TryRemove(timer, out _);

    /// <param name="last">Null: there was none yet.</param>
    public void Verified(VerificationOutcome? last) => damage = last is { State: not RunState.Succeeded } ? last : null;

    /// <param name="states">Of each target, by its name.</param>
    public void Delivered(IEnumerable<(string Target, DeliveryState State)> states) =>
        undelivered = [
            .. states
                .Where(one => one.State.Failures >= Repeatedly || one.State.GivenUp > 0)
                .Select(one => new HealthWarning("notification", one.Target, Trouble(one.State), one.State.FailingSince)),
        ];

    private static string Trouble(DeliveryState state) =>
        (state.LastFailure is null ? "" : $"messages can't be delivered: {state.LastFailure}. ")
        + (state.GivenUp == 0 ? "" : $"{state.GivenUp} were given up, the last at {state.GivenUpAt:u}. ")
        + "Correct it, and try it with 'holdfast notifications test'";

    public void TakenOver(IReadOnlyList<Fence> found) => fences = found;

    public void MayBeLost(IReadOnlyList<RegionSecret> found) => secrets = found;

    public void Dispose()
    {
        if (documents is not null)
            documents.Found -= LogFound;
        meter.Dispose();
    }

    private void LogFound(UnusableDocument document) => LogUnusable(log, document.Path, document.Problem);

    [LoggerMessage(LogLevel.Error, "The control document {Path} can't be used and is skipped: {Problem}")]
    private static partial void LogUnusable(ILogger log, string path, string problem);

    private sealed record Failing(DateTimeOffset Since, string Message);
}
