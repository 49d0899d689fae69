using Holdfast.TaskHub.Activities;
using Holdfast.TaskHub.Episodes;
using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub;

/// <summary>The loops of a hub, which signal each other after their transactions.</summary>
internal sealed class HubEngine : IAsyncDisposable
{
    private readonly HubWriter writer;
    private readonly HubOptions options;
    private readonly EpisodeLoop episodes;
    private readonly ActivityLoop activities;
    private readonly TimerLoop timers;
    private readonly CancellationTokenSource stopping = new();

    public HubEngine(HubWriter writer, IHubExecutor executor, HubOptions options, TimeProvider time, ILoggerFactory logging)
    {
        (this.writer, this.options) = (writer, options);
        var log = logging.CreateLogger<EmbeddedHub>();
        episodes = new(new(writer, executor, time, log, Spread, stopping.Token), time, log, options.MaxOrchestrators, stopping.Token);
        activities = new(writer, executor, time, log, options.MaxActivities, Spread, stopping.Token);
        timers = new(writer, time, log, Spread, stopping.Token);
    }

    public InstanceWaits Starts { get; } = new();

    public InstanceWaits Ends { get; } = new();

    /// <summary>Loads pending work from the tables.</summary>
    public async Task ResumeAsync() =>
        Spread(
            await writer.Do(tables =>
            {
                var effects = new CommittedChanges { Timer = tables.Timers.Next() };
                effects.Due.AddRange(tables.Inbox.Due());
                effects.Queued.AddRange(tables.Activities.All());
                return effects;
            })
        );

    /// <summary>This instance has messages on disk.</summary>
    public void Signal(long instance) => episodes.Signal([instance]);

    /// <summary>Starts nothing new and waits for running work.</summary>
    public async ValueTask DisposeAsync()
    {
        timers.Dispose();
        var decided = episodes.StopAsync(options.StopPatience);
        var ended = activities.StopAsync(options.StopPatience);
        await stopping.CancelAsync();
        await Task.WhenAll(decided, ended);
        stopping.Dispose();
        Starts.Stopped();
        Ends.Stopped();
    }

    private void Spread(CommittedChanges effects)
    {
        timers.Arm(effects.Timer);
        effects.Dropped.ForEach(activities.Drop);
        activities.Enqueue(effects.Queued);
        episodes.Signal(effects.Due);
        effects.Started.ForEach(Starts.Reached);
        effects.Finished.ForEach(Ends.Reached);
    }
}
