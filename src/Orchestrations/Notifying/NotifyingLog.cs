using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Notifying;

internal static partial class NotifyingLog
{
    [LoggerMessage(LogLevel.Error, "Whether objectives are missed can't be measured; retrying at the next look")]
    public static partial void Unmeasured(ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Notification {Target} can't be delivered, attempt {Attempt}: {Why}")]
    public static partial void Undelivered(ILogger log, string target, int attempt, string why);

    [LoggerMessage(LogLevel.Error, "Notification {Target} was given up after {Hours} hours: {Title}")]
    public static partial void GivenUp(ILogger log, string target, int hours, string title);
}
