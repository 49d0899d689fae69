using Holdfast.Durable.Activities;
using Holdfast.Durable.Hub.Activities;
using Holdfast.Durable.Hub.Episodes;
using Holdfast.Durable.Hub.Rewinding;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Hub.Timers;
using Holdfast.Durable.Replay;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Hub;

/// <summary>The loops of a hub, and what one's transactions mean for the others.</summary>
internal sealed class HubEngine : IAsyncDisposable
{
    private readonly HubWriter writer;
    private readonly TaskHubOptions options;
    private readonly ActivityLoop activities;
    private readonly TimerLoop timers;
    private readonly CancellationTokenSource stopping = new();

    public HubEngine(HubWriter writer, DurableRegistry registry, TaskHubOptions options, TimeProvider time, ILoggerFactory logging)
    {
        (this.writer, this.options) = (writer, options);
        var log = logging.CreateLogger<TaskHub>();
        var executor = new ReplayExecutor(registry, logging);
        Episodes = new(new(writer, executor, time, log, Spread), time, log, options.MaxOrchestrators, stopping.Token);
        activities = new(writer, new ActivityRunner(registry, logging), time, log, options.MaxActivities, Spread, stopping.Token);
        timers = new(writer, time, log, Spread, stopping.Token);
        Rewinder = new(writer, executor, time, Spread);
    }

    public EpisodeLoop Episodes { get; }

    public Rewinder Rewinder { get; }

    public Completions Completions { get; } = new();

    /// <summary>Finds in the tables what is to be done.</summary>
    public async Task GoOnAsync() => Spread(await writer.Do(tables =>
    {
        var effects = new Effects { Timer = tables.Timers.Next() };
        effects.Due.AddRange(tables.Inbox.Due());
        effects.Queued.AddRange(tables.Activities.All());
        return effects;
    }));

    /// <summary>Nothing new begins; what runs is told to stop and waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        timers.Dispose();
        var episodes = Episodes.StopAsync(options.StopPatience);
        var ended = activities.StopAsync(options.StopPatience);
        await stopping.CancelAsync();
        await Task.WhenAll(episodes, ended);
        stopping.Dispose();
        Completions.Stopped();
    }

    private void Spread(Effects effects)
    {
        timers.Arm(effects.Timer);
        foreach (var instance in effects.Cancelled)
            activities.Cancel(instance);
        activities.Enqueue(effects.Queued);
        Episodes.Signal(effects.Due);
        effects.Finished.ForEach(Completions.Finished);
    }
}
