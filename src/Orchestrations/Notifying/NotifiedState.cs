using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <param name="At">When the last message of the key was queued.</param>
/// <param name="Id">Of the last notice of the key, sent or withheld.</param>
/// <param name="Withheld">Since then.</param>
internal sealed record LastNotice(DateTimeOffset At, string Id, int Withheld);

/// <summary>
/// What a target was last notified of (<c>notified/TARGET.json</c> of the control store): what it is sent once in a while only, or once a
/// day. Where it is lost, a notice may be sent again.
/// </summary>
internal sealed record NotifiedState
{
    private const int Most = 2000;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    public int Version => 1;
    public ImmutableSortedDictionary<string, LastNotice> Keys { get; init; } = ImmutableSortedDictionary<string, LastNotice>.Empty;

    /// <summary>Of the target's own calendar: the last day whose digest was written.</summary>
    public DateOnly? Digest { get; init; }

    public static async Task<NotifiedState> ReadAsync(IDocumentStore control, string target, CancellationToken cancellation) =>
        (await control.TryReadAsync(ControlPaths.NotifiedOf(target), NotifyingJson.Default.NotifiedState, cancellation))?.Document ?? new();

    /// <returns>The state after the notice, and the message to queue; null: the target isn't sent it.</returns>
    public (NotifiedState After, QueuedMessage? Message) With(Notice notice, NotificationTarget target, DateTimeOffset now)
    {
        var last = Keys.GetValueOrDefault(notice.Key);
        if (last?.Id == notice.Id)
            return (this, null);
        var isSoon = last is not null && now - last.At < TimeSpan.FromMinutes(target.MinimumMinutes);
        return isSoon
            ? (Put(notice, last! with { Id = notice.Id, Withheld = last.Withheld + 1 }), null)
            : (Put(notice, new(now, notice.Id, 0)), new(notice, now, last?.Withheld ?? 0, 0));
    }

    public Task WriteAsync(IDocumentStore control, string target, DateTimeOffset now, CancellationToken cancellation)
    {
        var kept = Keys.Where(key => now - key.Value.At < Kept).OrderByDescending(key => key.Value.At).Take(Most);
        return control.PutAsync(
            ControlPaths.NotifiedOf(target),
            JsonSerializer.SerializeToUtf8Bytes(
                this with
                {
                    Keys = kept.ToImmutableSortedDictionary(StringComparer.Ordinal),
                },
                NotifyingJson.Default.NotifiedState
            ),
            cancellation
        );
    }

    private NotifiedState Put(Notice notice, LastNotice last) => this with { Keys = Keys.SetItem(notice.Key, last) };
}
