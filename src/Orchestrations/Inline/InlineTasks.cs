using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Inline;

/// <summary>
/// The orchestrators and activities of a registry, called directly. Orchestrators of one run share a logical thread, as every engine gives
/// it; activities run beside it on the thread pool.
/// </summary>
/// <param name="cancellation">Ends the run: activities look at it themselves, orchestrators see it at their next call.</param>
internal sealed class InlineTasks(
    DurableTaskRegistry registry,
    IServiceProvider services,
    TimeProvider time,
    ILoggerFactory logging,
    CancellationToken cancellation
)
{
    private readonly Dictionary<string, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = registry
        .GetOrchestrators()
        .ToDictionary(known => known.Key.Name, known => known.Value, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, Func<IServiceProvider, ITaskActivity>> activities = registry
        .GetActivities()
        .ToDictionary(known => known.Key.Name, known => known.Value, StringComparer.OrdinalIgnoreCase);

    private readonly TaskScheduler thread = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public TimeProvider Time => time;

    public ILoggerFactory Logging => logging;

    public CancellationToken Cancellation => cancellation;

    /// <returns>What the orchestrator returned.</returns>
    public Task<object?> RunAsync(string name, string instanceId, object? input, ParentOrchestrationInstance? parent)
    {
        var orchestrator = Find(orchestrators, name, "orchestrator")(services);
        var context = new InlineContext(this, name, instanceId, input, parent);
        return Task
            .Factory.StartNew(() => orchestrator.RunAsync(context, input), CancellationToken.None, TaskCreationOptions.None, thread)
            .Unwrap();
    }

    public Task<object?> CallAsync(string name, string instanceId, object? input)
    {
        var activity = Find(activities, name, "activity")(services);
        return Task.Run(() => activity.RunAsync(new CalledActivity(name, instanceId), input));
    }

    private static T Find<T>(Dictionary<string, T> tasks, string name, string kind) =>
        tasks.TryGetValue(name, out var task) ? task : throw new ArgumentException($"the {kind} '{name}' isn't registered", nameof(name));

    private sealed class CalledActivity(string name, string instanceId) : TaskActivityContext
    {
        public override TaskName Name => name;

        public override string InstanceId => instanceId;
    }
}
