using Holdfast.Cli.Editing;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Notifications;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsApplyVerb() : ApplyVerb<NotificationTarget>(EditedKinds.Notifications)
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast notifications apply -f notifications.yaml", "Notifications that are kept in Git"),
            new("holdfast notifications apply -f on-call.json --dry-run -o json", "Would it change anything?"),
        ];
}
