using Google.Protobuf;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Hub.Episodes;

/// <summary>Reads an instance's messages, has the executor decide, and stores what it decided. Callers see to it that one instance has one episode at a time.</summary>
internal sealed class EpisodeRunner(HubWriter writer, ReplayExecutor executor, TimeProvider time, ILogger log, Action<Effects> spread)
{
    private readonly HistoryCache cache = new(16 << 20);

    /// <returns>False: the episode can't be done now, and is to be tried again later.</returns>
    public async Task<bool> RunAsync(long instance)
    {
        var cached = cache.Take(instance);
        var stored = await writer.Do(tables => Load(tables, instance, cached is null));
        if (stored is null)
            return true;
        var history = cached;
        EpisodeResult result;
        try
        {
            history ??= new([.. stored.History.Select(HistoryEvent.Parser.ParseFrom)], stored.History.Sum(e => (long)e.Length));
            var episode = Begin(stored, history);
            var response = executor.Execute(episode.Request());
            if (response.RequiresHistory)
                return false;
            result = EpisodeAnswer.Read(episode, response);
        }
        catch (InvalidProtocolBufferException e)
        {
            log.LogError(e, "The stored history of '{Instance}' can't be read", stored.Instance.Id);
            result = EpisodeAnswer.Unreadable(new(stored.Instance, [], [], stored.Messages.Max(message => message.Id), Now), e.Message);
        }
        await StoreAsync(result, history);
        return true;
    }

    private long Now => time.GetUtcNow().UtcTicks;

    private Episode Begin(Stored stored, CachedHistory history)
    {
        var now = Now;
        List<HistoryEvent> arrived = [Messages.OrchestratorStarted(now), .. stored.Messages.Select(message => HistoryEvent.Parser.ParseFrom(message.Event))];
        return new(stored.Instance, history.Events, arrived, stored.Messages.Max(message => message.Id), now);
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

    private sealed record Stored(InstanceRow Instance, List<InboxRow> Messages, List<byte[]> History);
}
