using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsCheckVerb : Verb
{
    private readonly Option<string> file = new("--filename", "-f")
    {
        HelpName = "FILE",
        Required = true,
        Description = "The notifications, YAML or JSON, with --- between them; -: the standard input",
    };

    public NotificationsCheckVerb()
        : base("check", "Check notifications in a file, without changing or sending anything", "text", "json") => Add(file);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast notifications check -f notifications.yaml",
                "Before a merge: every mistake with its path; exit code 2 if there are any"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var targets = await DocumentFile.ReadAsync(EditedKinds.Notifications, invocation.Get(file)!, invocation.Cancellation);
        var entries = targets.Select(target => NotificationEntries.Of(target, null)).ToArray();
        if (invocation.Json)
            invocation.Screen.Json(entries, OutputJson.Plain.NotificationEntryDocumentArray);
        else
            foreach (var entry in entries)
                invocation.Screen.Line(
                    $"{invocation.Screen.Ink.Green("valid")}  notification {invocation.Screen.Ink.Bold(entry.Notification)} ({entry.Kind})"
                );
        return ExitCode.Done;
    }
}
