using Holdfast.Control;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>Sample messages, which take the way of all others: what reaches the target then, reaches it later.</summary>
public static class TestMessages
{
    /// <summary>The service sends it within a minute.</summary>
    /// <param name="by">Who asks for it.</param>
    /// <returns>The message's id.</returns>
    public static async Task<string> QueueAsync(
        IDocumentStore control,
        string target,
        string by,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var id = $"test-{now.UtcTicks}";
        var notice = new Notice(id, NoticeType.Test, now, $"A test of the notification '{target}'")
        {
            Lines = [RunResult.Cut($"Asked for by {by}")!],
            Next = "Nothing: it arrived",
        };
        await AssignNotices.QueueAsync(control, target, new(notice, now, 0, 0), cancellation);
        // a person who asks has corrected something: the target isn't left alone any longer
        if (await DeliveryState.ReadAsync(control, target, cancellation) is { NotBefore: not null } state)
            await (state with { NotBefore = null }).WriteAsync(control, target, cancellation);
        return id;
    }

    /// <returns>Whether it has left the outbox, and why the last attempt failed; null: none has failed yet.</returns>
    public static async Task<(bool IsGone, string? Failure)> LookAsync(
        IDocumentStore control,
        string target,
        string id,
        CancellationToken cancellation
    )
    {
        var kept = await control.ReadAsync(ControlPaths.Message(target, id), NotifyingJson.Default.QueuedMessage, cancellation);
        if (kept is null)
            return (true, null);
        return kept.Document.Attempts == 0
            ? (false, null)
            : (false, (await DeliveryState.ReadAsync(control, target, cancellation)).LastFailure ?? "the last attempt failed");
    }
}
