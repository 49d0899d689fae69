using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Notifications;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsRemoveVerb : Verb
{
    private const string Note = "messages that wait for it are not sent any more";

    private readonly Argument<string> name = new("NAME") { Description = "The notification's name" };
    private readonly ControlOption control = new();

    public NotificationsRemoveVerb()
        : base("remove", "Remove a notification", "text", "json")
    {
        Add(name);
        Add(control.Control);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples => [new("holdfast notifications remove on-call", "Nothing more is sent there")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var edit = new ControlEdit<NotificationTarget>(EditedKinds.Notifications, control.Open(invocation).Store, invocation);
        var kept = await edit.RequireAsync(invocation.Get(name)!);
        await edit.DeleteAsync(kept);
        if (invocation.Json)
            invocation.Screen.Json(new(kept.Name, "removed", [Note]), OutputJson.Plain.EditDocument);
        else
            invocation.Screen.Line($"notification {kept.Name} removed: {Note}");
        return ExitCode.Done;
    }
}
