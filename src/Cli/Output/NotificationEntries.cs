using System.Collections.Immutable;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Output;

/// <summary>What is said of a notification in a list.</summary>
internal static class NotificationEntries
{
    /// <param name="state">How delivery is doing; null: no service is looked at.</param>
    public static NotificationEntryDocument Of(NotificationTarget target, DeliveryState? state) =>
        new()
        {
            Notification = target.Name,
            Kind = KindOf(target),
            Events = [.. target.Events ?? NoticeType.Chosen, .. target.Digest is null ? ImmutableArray<string>.Empty : [NoticeType.Digest]],
            DeliveredAt = state?.DeliveredAt,
            Problems = state?.LastFailure is { } why
                ? [$"messages can't be delivered since {Readable.Time(state.FailingSince!.Value)}: {why}"]
                : [],
        };

    public static NotificationEntryDocument Of(KeptDocument<NotificationTarget> kept, DeliveryState state) =>
        kept.Document is { } target
            ? Of(target, state)
            : new()
            {
                Notification = kept.Name,
                Kind = null,
                Events = [],
                DeliveredAt = null,
                Problems = kept.Problems.Select(problem => problem.ToString()),
            };

    private static string KindOf(NotificationTarget target) =>
        target.Webhook is { } webhook ? webhook.Format.ToString().ToLowerInvariant() : "mail";
}
