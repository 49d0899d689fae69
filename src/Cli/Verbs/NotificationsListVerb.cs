using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsListVerb : Verb
{
    private readonly ControlOption control = new();

    public NotificationsListVerb()
        : base("list", "List who a service notifies, of what, and whether messages arrive", "text", "json") => Add(control.Control);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast notifications list", "Those of `holdfast serve`"),
            new("holdfast notifications list -o json | jq -r '.[] | select(.problems != []) | .notification'", "Those that don't arrive"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var entries = new List<NotificationEntryDocument>();
        foreach (var kept in await new ControlDocuments(store).AllNotificationsAsync(invocation.Cancellation))
            entries.Add(NotificationEntries.Of(kept, await DeliveryState.ReadAsync(store, kept.Name, invocation.Cancellation)));
        if (invocation.Json)
            invocation.Screen.Json([.. entries], OutputJson.Plain.NotificationEntryDocumentArray);
        else if (entries.Count == 0)
            invocation.Screen.Note("there is no notification; `holdfast notifications add` makes one");
        else
            PrintTable(invocation.Screen, entries);
        return entries.Exists(entry => entry.Problems.Any()) ? ExitCode.Partial : ExitCode.Done;
    }

    private static void PrintTable(Screen screen, List<NotificationEntryDocument> entries)
    {
        var table = new Table("NOTIFICATION", "KIND", "DELIVERED", "EVENTS");
        foreach (var entry in entries)
        {
            table.Add(
                entry.Notification,
                entry.Kind ?? screen.Ink.Red("unusable"),
                entry.DeliveredAt is { } at ? Readable.Time(at) : "",
                string.Join(',', entry.Events)
            );
        }
        table.Print(screen);
        foreach (var problem in entries.SelectMany(entry => entry.Problems.Select(p => $"{entry.Notification}: {p}")))
            screen.Warn(problem);
    }
}
