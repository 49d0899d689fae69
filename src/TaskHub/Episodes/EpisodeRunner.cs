using Google.Protobuf;
using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>
/// Reads an instance's messages, lets the executor decide, and stores the decisions. Callers ensure that an instance has one episode at a
/// time.
/// </summary>
internal sealed class EpisodeRunner(
    HubWriter writer,
    IHubExecutor executor,
    TimeProvider time,
    ILogger log,
    Action<CommittedChanges> spread,
    CancellationToken stopping
)
{
    private readonly HistoryCache cache = new(16 << 20);

    /// <returns>False: the episode can't run now and must be retried later.</returns>
    /// <exception cref="OperationCanceledException">The hub is being stopped; nothing was stored.</exception>
    public async Task<bool> RunAsync(long instance)
    {
        var cached = cache.Take(instance);
        if (await writer.Do(tables => Load(tables, instance, cached is null)) is not { } stored)
            return true;
        Episode episode;
        try
        {
            cached ??= new([.. stored.History.Select(P.HistoryEvent.Parser.ParseFrom)], stored.History.Sum(e => (long)e.Length));
            episode = Begin(stored, cached);
        }
        catch (InvalidProtocolBufferException e)
        {
            log.LogError(e, "The stored history of '{Instance}' can't be read", stored.Instance.Id);
            await StoreAsync(EpisodeAnswer.Unreadable(stored.Instance, stored.LastMessage, Now, e), null);
            return true;
        }
        if (await DecideAsync(episode) is not { } result)
            return false;
        await StoreAsync(result, cached);
        return true;
    }

    private long Now => time.GetUtcNow().UtcTicks;

    private Episode Begin(Stored stored, CachedHistory history)
    {
        var now = Now;
        List<P.HistoryEvent> arrived =
        [
            Messages.OrchestratorStarted(now),
            .. stored.Messages.Select(message => P.HistoryEvent.Parser.ParseFrom(message.Event)),
        ];
        return new(stored.Instance, history.Events, arrived, stored.LastMessage, now);
    }

    /// <summary>
    /// An executor that throws fails this instance only. Running out of memory isn't the instance's fault: the episode is retried.
    /// </summary>
    private async Task<EpisodeResult?> DecideAsync(Episode episode)
    {
        try
        {
            var response = await executor.DecideAsync(episode.Request(), stopping);
            return response.RequiresHistory ? null : EpisodeAnswer.Read(episode, response);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !(e is OperationCanceledException && stopping.IsCancellationRequested))
        {
            log.LogError(e, "The episode of '{Instance}' failed in its executor", episode.Instance.Id);
            return EpisodeAnswer.Broken(episode, e);
        }
    }

    private async Task StoreAsync(EpisodeResult result, CachedHistory? history)
    {
        List<byte[]> appended = [.. result.Appended.Select(e => e.ToByteArray())];
        var effects = await writer.Do(tables => EpisodeCommit.Store(tables, result, appended));
        if (result is { Completion: null, Renewal: null } && history is not null)
        {
            history.Events.AddRange(result.Appended);
            cache.Put(result.Episode.Instance.Key, history with { Bytes = history.Bytes + appended.Sum(e => (long)e.Length) });
        }
        spread(effects);
    }

    private static Stored? Load(HubTables tables, long key, bool withHistory)
    {
        if (tables.Instances.ByKey(key) is not { IsFinished: false } instance)
            return null;
        var messages = tables.Inbox.Of(key);
        return messages.Count == 0 ? null : new(instance, messages, withHistory ? tables.History.Of(key) : []);
    }

    private sealed record Stored(InstanceRow Instance, List<InboxRow> Messages, List<byte[]> History)
    {
        public long LastMessage => Messages.Max(message => message.Id);
    }
}
