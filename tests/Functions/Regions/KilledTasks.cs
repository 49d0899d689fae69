using Holdfast.Orchestrations;
using Microsoft.DurableTask;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>
/// The tasks of Holdfast, whose process dies once at the end of every step: what the step did is done, and nothing has recorded that. The
/// same step with the same input ends well the next time.
/// </summary>
internal sealed class KilledTasks
{
    private readonly Lock gate = new();
    private readonly HashSet<string> survived = [];
    private TaskCompletionSource died = New();

    /// <summary>The steps at whose ends the process died, in order.</summary>
    public List<string> Deaths { get; } = [];

    /// <summary>Completes when the process has died; from then on nothing of it may count.</summary>
    public Task Died => died.Task;

    public void Restart() => died = New();

    public void Register(DurableTaskRegistry registry)
    {
        var known = new DurableTaskRegistry();
        HoldfastTasks.Register(known);
        foreach (var (name, make) in known.GetOrchestrators())
            registry.AddOrchestrator(name, () => make(NoServices.Instance));
        foreach (var (name, make) in known.GetActivities())
            registry.AddActivity(name, services => new Killed(this, make(services)));
    }

    private bool Dies(TaskActivityContext context, object? input)
    {
        var step = $"{context.Name} {PayloadConverter.Instance.Serialize(input)}";
        lock (gate)
        {
            if (died.Task.IsCompleted)
                return true;
            if (!survived.Add(step))
                return false;
            Deaths.Add(context.Name.Name);
            died.TrySetResult();
            return true;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Killed(KilledTasks tasks, ITaskActivity activity) : ITaskActivity
    {
        public Type InputType => activity.InputType;

        public Type OutputType => activity.OutputType;

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            var result = await activity.RunAsync(context, input);
            if (tasks.Dies(context, input))
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return result;
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
