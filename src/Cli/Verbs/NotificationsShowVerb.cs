using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsShowVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The notification's name" };
    private readonly ControlOption control = new();

    public NotificationsShowVerb()
        : base("show", "Show who is notified, of what, and whether messages arrive", "text", "json", "yaml")
    {
        Add(name);
        Add(control.Control);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast notifications show on-call", "What it says"),
            new("holdfast notifications show on-call -o yaml", "To edit, and to apply again"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var edit = new ControlEdit<NotificationTarget>(EditedKinds.Notifications, store, invocation);
        var kept = await edit.RequireAsync(invocation.Get(name)!);
        if (kept.Document is not { } target)
            throw new FailedException(kept.Trouble);
        if (KeptText.TryPrint(invocation, target.ToJson()))
            return ExitCode.Done;
        var entry = NotificationEntries.Of(target, await DeliveryState.ReadAsync(store, target.Name, invocation.Cancellation));
        PrintText(invocation.Screen, target, entry);
        return ExitCode.Done;
    }

    private static void PrintText(Screen screen, NotificationTarget target, NotificationEntryDocument entry)
    {
        screen.Line($"{screen.Ink.Bold(entry.Notification)}  {entry.Kind}");
        if (target.Mail is { } mail)
            screen.Line($"  to {string.Join(", ", mail.To)} by {mail.Host}:{mail.Port}");
        screen.Line($"  is sent {string.Join(", ", entry.Events)}");
        if (target.Policies is { } policies)
            screen.Line($"  of policies {string.Join(", ", policies)}");
        if (target.Clusters is { } clusters)
            screen.Line($"  of clusters {string.Join(", ", clusters)}");
        if (target.Digest is { } digest)
            screen.Line($"  digest after {digest.Hour:00}:00 {digest.TimeZone}");
        screen.Line(entry.DeliveredAt is { } at ? $"  last delivered at {Readable.Time(at)}" : "  nothing was delivered yet");
        foreach (var problem in entry.Problems)
            screen.Line($"  {screen.Ink.Yellow("problem:")} {problem}");
    }
}
