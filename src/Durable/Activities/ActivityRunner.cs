using Holdfast.Durable.Tracing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Activities;

/// <summary>
/// Runs activities of a registry for either engine. Its answer is text that the engine keeps as the task's result and that the replay executor reads back, whether the activity succeeded or failed: it never
/// throws. Thread-safe.
/// </summary>
public sealed class ActivityRunner(DurableRegistry registry, ILoggerFactory logging)
{
    /// <summary>
    /// The type of a failure that is none: the process stopped before the activity was done. The executor schedules it anew without counting an attempt; an engine that can deliver it again may drop the answer.
    /// </summary>
    internal const string Interrupted = "ActivityInterrupted";

    private readonly ILogger log = logging.CreateLogger<ActivityRunner>();

    /// <param name="input">JSON text; null: none.</param>
    public async Task<string> RunAsync(string name, string instanceId, string? input, CancellationToken cancellation)
    {
        if (registry.Activity(name) is not { } activity)
            return ActivityEnvelope.Failed(new("UnknownActivity", $"This app has no activity '{name}'. Is an older version of it still running?", IsNonRetriable: true));
        using var span = InstanceTrace.Begin(name, instanceId);
        try
        {
            return ActivityEnvelope.Completed(await activity(new(name, instanceId, cancellation), input));
        }
        catch (Exception fault)
        {
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, fault.GetType().Name);
            return Failure(fault, name, instanceId, cancellation);
        }
    }

    /// <summary>Whether the answer says no more than that the process was stopping.</summary>
    public static bool WasInterrupted(string answer) => ActivityEnvelope.Open(answer).Failure is { ErrorType: Interrupted };

    private string Failure(Exception fault, string name, string instanceId, CancellationToken cancellation)
    {
        if (fault is OperationCanceledException && cancellation.IsCancellationRequested)
        {
            if (log.IsEnabled(LogLevel.Information))
                log.LogInformation("Activity {Activity} of {Instance} stops with the process and will be run again", name, instanceId);
            return ActivityEnvelope.Failed(new(Interrupted, $"The process stopped while '{name}' ran."));
        }
        var details = FailureDetails.Of(fault, registry.Classify);
        var unexpected = fault is ActivityFailedException ? null : fault;
        log.LogWarning(unexpected, "Activity {Activity} of {Instance} failed: {Type}: {Message}", name, instanceId, details.ErrorType, details.ErrorMessage);
        return ActivityEnvelope.Failed(details);
    }
}
