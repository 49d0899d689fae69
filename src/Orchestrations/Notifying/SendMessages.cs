using System.Text.Json;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>
/// Sends a target what waits for it. At the first message that isn't taken it stops, and says until when the target is left alone. A
/// message that was sent and whose document couldn't be deleted is sent again: receivers know it by its id.
/// </summary>
internal sealed class SendMessages(RunRecords records) : RunActivity<NotifySubject, bool>(records)
{
    public const string Name = nameof(SendMessages);

    /// <summary>What isn't delivered after so many hours is given up.</summary>
    internal const int LongestHours = 24;

    private const int MostMessages = 200;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    private IDocumentStore Control => Records.Environment.Control;
    private TimeProvider Time => Records.Environment.Time;

    /// <returns>All that waited was delivered.</returns>
    protected override async Task<bool> DoAsync(NotifySubject subject, CancellationToken cancellation)
    {
        if ((await new ControlDocuments(Control).ReadNotificationAsync(subject.Target, cancellation))?.Document is not { } target)
            return false;
        var before = await DeliveryState.ReadAsync(Control, target.Name, cancellation);
        var state = before;
        var began = Time.GetTimestamp();
        foreach (var message in await MessagesAsync(target.Name, cancellation))
        {
            if (Time.GetElapsedTime(began) >= Budget)
                break;
            state = IsOver(message)
                ? await GiveUpAsync(target, message, state, cancellation)
                : await SendAsync(target, message, state, cancellation);
            if (state.NotBefore is not null)
                break;
        }
        if (state != before)
            await state.WriteAsync(Control, target.Name, cancellation);
        return state.FailingSince is null;
    }

    /// <summary>Those that were tried least come first, so that one that is never taken keeps no other from being sent.</summary>
    private async Task<List<QueuedMessage>> MessagesAsync(string target, CancellationToken cancellation)
    {
        var messages = new List<QueuedMessage>();
        var paths = Control.ListAsync(ControlPaths.OutboxOf(target), null, cancellation).Take(MostMessages);
        await foreach (var path in paths.WithCancellation(cancellation))
        {
            if ((await Control.TryReadAsync(path, NotifyingJson.Default.QueuedMessage, cancellation))?.Document is { } message)
                messages.Add(message);
        }
        return [.. messages.OrderBy(message => message.Attempts).ThenBy(message => message.QueuedAt)];
    }

    private bool IsOver(QueuedMessage message) => Time.GetUtcNow() - message.QueuedAt >= TimeSpan.FromHours(LongestHours);

    private async Task<DeliveryState> GiveUpAsync(
        NotificationTarget target,
        QueuedMessage message,
        DeliveryState state,
        CancellationToken cancellation
    )
    {
        NotifyingLog.GivenUp(Records.Environment.Log, target.Name, LongestHours, message.Notice.Title);
        await RemoveAsync(target, message, cancellation);
        return state with { GivenUp = state.GivenUp + 1, GivenUpAt = Time.GetUtcNow(), NotBefore = null };
    }

    private async Task<DeliveryState> SendAsync(
        NotificationTarget target,
        QueuedMessage message,
        DeliveryState state,
        CancellationToken cancellation
    )
    {
        try
        {
            await MessageSenders.SendAsync(Records.Environment, target, message, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            await PutAsync(target, message with { Attempts = message.Attempts + 1 }, cancellation);
            return Failed(target, fault, state, message);
        }
        await RemoveAsync(target, message, cancellation);
        return new() { DeliveredAt = Time.GetUtcNow() };
    }

    private DeliveryState Failed(NotificationTarget target, Exception fault, DeliveryState state, QueuedMessage message)
    {
        var failure = fault is NotificationException ? null : Failure.Of(fault);
        var why = failure?.Message ?? fault.Message;
        if (failure is { Side: FailureSide.Bug })
            RunActivityLog.Bug(Records.Environment.Log, fault, Name, target.Name);
        else
            NotifyingLog.Undelivered(Records.Environment.Log, target.Name, message.Attempts + 1, why);
        var now = Time.GetUtcNow();
        return state with
        {
            FailingSince = state.FailingSince ?? now,
            Failures = state.Failures + 1,
            LastFailure = RunResult.Cut(why),
            NotBefore = now + Pause(state.Failures, (fault as NotificationException)?.RetryAfter),
        };
    }

    /// <summary>Doubled each time; a receiver that asks for longer gets it, within the time in which messages are kept.</summary>
    private static TimeSpan Pause(int failures, TimeSpan? asked)
    {
        var pause = Min(FirstPause * Math.Pow(2, Math.Min(failures, 10)), LongestPause);
        return asked > pause ? Min(asked.Value, TimeSpan.FromHours(LongestHours)) : pause;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private Task PutAsync(NotificationTarget target, QueuedMessage message, CancellationToken cancellation) =>
        Control.PutAsync(
            ControlPaths.Message(target.Name, message.Notice.Id),
            JsonSerializer.SerializeToUtf8Bytes(message, NotifyingJson.Default.QueuedMessage),
            cancellation
        );

    private Task RemoveAsync(NotificationTarget target, QueuedMessage message, CancellationToken cancellation) =>
        Control.DeleteAsync(ControlPaths.Message(target.Name, message.Notice.Id), null, cancellation);
}
