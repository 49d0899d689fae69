using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>
/// Decides who is notified of what, and queues a message for each: the message first, then what the target was notified of, then the
/// notice is deleted. Repeated after a crash, it queues a message at most once more.
/// </summary>
internal sealed class AssignNotices(RunRecords records) : RunActivity<NotifyOrder, DueTargets>(records)
{
    public const string Name = nameof(AssignNotices);

    /// <summary>By one call, so that it stays short; the next minute's continues.</summary>
    private const int MostNotices = 500;
    private const int MostTargets = 100;

    private IDocumentStore Control => Records.Environment.Control;

    protected override async Task<DueTargets> DoAsync(NotifyOrder order, CancellationToken cancellation)
    {
        var kept = await new ControlDocuments(Control).AllNotificationsAsync(cancellation);
        var targets = kept.Select(one => one.Document).OfType<NotificationTarget>().ToImmutableArray();
        var (paths, notices) = await NoticesAsync(cancellation);
        var misses = order.Looks ? await TryMeasureAsync(targets, order, cancellation) : null;
        foreach (var target in targets)
            await AssignAsync(target, [.. notices, .. misses?.Of(target) ?? []], order.Now, cancellation);
        foreach (var path in paths)
            await Control.DeleteAsync(path, null, cancellation);
        if (order.Looks)
            await Leftovers.RemoveAsync(Control, kept.Select(one => one.Name).ToHashSet(StringComparer.Ordinal), cancellation);
        return new(await WaitingAsync(targets, order.Now, cancellation), await DigestsAsync(targets, order, cancellation));
    }

    /// <summary>A notice that can't be read is left where it is, and health says so.</summary>
    private async Task<(List<string> Paths, List<Notice> Notices)> NoticesAsync(CancellationToken cancellation)
    {
        var (paths, notices) = (new List<string>(), new List<Notice>());
        await foreach (var path in Control.ListAsync(ControlPaths.Notices, null, cancellation).WithCancellation(cancellation))
        {
            if (notices.Count == MostNotices)
                break;
            if ((await Control.TryReadAsync(path, HoldfastJson.Default.Notice, cancellation))?.Document is not { } notice)
                continue;
            paths.Add(path);
            notices.Add(notice);
        }
        return (paths, notices);
    }

    private async Task AssignAsync(NotificationTarget target, List<Notice> notices, DateTimeOffset now, CancellationToken cancellation)
    {
        var before = await NotifiedState.ReadAsync(Control, target.Name, cancellation);
        var state = before;
        foreach (var notice in notices.Where(notice => IsFor(target, notice)))
        {
            (state, var message) = state.With(notice, target, now);
            if (message is not null)
                await QueueAsync(Control, target.Name, message, cancellation);
        }
        if (state != before)
            await state.WriteAsync(Control, target.Name, now, cancellation);
    }

    internal static Task QueueAsync(IDocumentStore control, string target, QueuedMessage message, CancellationToken cancellation) =>
        control.CreateAsync(
            ControlPaths.Message(target, message.Notice.Id),
            JsonSerializer.SerializeToUtf8Bytes(message, NotifyingJson.Default.QueuedMessage),
            cancellation
        );

    private static bool IsFor(NotificationTarget target, Notice notice) =>
        (target.Events ?? NoticeType.Chosen).Contains(notice.Type)
        && target.Covers(notice.Policy, notice.Clusters.Select(cluster => cluster.ToString()));

    /// <summary>What can't be measured keeps no message from being sent; it is logged.</summary>
    private async Task<MissedObjectives?> TryMeasureAsync(
        ImmutableArray<NotificationTarget> targets,
        NotifyOrder order,
        CancellationToken cancellation
    )
    {
        try
        {
            return await MissedObjectives.MeasureAsync(Records.Environment, targets, order.Now, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            NotifyingLog.Unmeasured(Records.Environment.Log, fault);
            return null;
        }
    }

    private async Task<ImmutableArray<string>> WaitingAsync(
        ImmutableArray<NotificationTarget> targets,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var waiting = ImmutableArray.CreateBuilder<string>();
        foreach (var target in targets)
        {
            if (
                await Control.ListAsync(ControlPaths.OutboxOf(target.Name), null, cancellation).AnyAsync(cancellation)
                && !((await DeliveryState.ReadAsync(Control, target.Name, cancellation)).NotBefore > now)
            )
                waiting.Add(target.Name);
        }
        return [.. waiting.Take(MostTargets)];
    }

    private async Task<ImmutableArray<string>> DigestsAsync(
        ImmutableArray<NotificationTarget> targets,
        NotifyOrder order,
        CancellationToken cancellation
    )
    {
        var due = ImmutableArray.CreateBuilder<string>();
        foreach (var target in targets.Where(target => order.Looks && target.Digest is not null))
        {
            var state = await NotifiedState.ReadAsync(Control, target.Name, cancellation);
            if (DigestDay.Due(target.Digest!, order.Now) is { } day && !(state.Digest >= day))
                due.Add(target.Name);
        }
        return [.. due.Take(MostTargets)];
    }
}
