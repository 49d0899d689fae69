using Holdfast.Control;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>Hands a message to what its target names.</summary>
internal static class MessageSenders
{
    private const int LongestMail = 32 * 1024;

    /// <exception cref="NotificationException">The receiver doesn't take it.</exception>
    /// <exception cref="Exception">A secret can't be had: what its source throws.</exception>
    public static async Task SendAsync(
        RunEnvironment environment,
        NotificationTarget target,
        QueuedMessage message,
        CancellationToken cancellation
    )
    {
        if (environment.Notifications is not { } access)
            throw new NotificationException("this process sends no notifications");
        if (target.Mail is not { } server)
        {
            await new WebhookSender(access, environment.Time, environment.Limits.NotificationPatience).SendAsync(
                target,
                message,
                cancellation
            );
            return;
        }
        if (environment.SendMail is not { } send)
            throw new NotificationException("this process sends no mail");
        var password = server.Password is { } secret
            ? await access.SecretAsync(secret, ControlPaths.Notification(target.Name), cancellation)
            : null;
        var text = MessageText.Of(message, target);
        await send(
            new(server, password, message.Notice.Id, $"Holdfast: {text.Title}", text.Whole(LongestMail), access.LocalTargets)
            {
                At = message.Notice.At,
            },
            cancellation
        );
    }
}
