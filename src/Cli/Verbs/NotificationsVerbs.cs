using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about who a service notifies.</summary>
internal sealed class NotificationsVerbs : Command
{
    public NotificationsVerbs()
        : base("notifications", "Say who a service notifies of failures, and of what")
    {
        Add(new NotificationsAddVerb());
        Add(new NotificationsApplyVerb());
        Add(new NotificationsCheckVerb());
        Add(new NotificationsListVerb());
        Add(new NotificationsShowVerb());
        Add(new NotificationsTestVerb());
        Add(new NotificationsRemoveVerb());
    }
}
