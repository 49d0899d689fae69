namespace Holdfast.Control.Notifications;

/// <summary>A mail to be handed to its server.</summary>
/// <param name="Password">Of the server's user.</param>
/// <param name="Id">The same each time that it is sent; letters, digits and '-'.</param>
/// <param name="MayBeLocal">The server may be on this machine.</param>
public sealed record OutgoingMail(MailTarget Server, string? Password, string Id, string Subject, string Text, bool MayBeLocal)
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>A message that its receiver didn't take.</summary>
/// <param name="message">Why, for a person; holds no secret.</param>
public sealed class NotificationException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The receiver asks not to be tried again for so long; null: it says nothing of that.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
