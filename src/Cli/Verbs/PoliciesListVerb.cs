using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesListVerb : Verb
{
    private readonly ControlOption control = new();

    public PoliciesListVerb()
        : base("list", "List the policies of a service, what they cover and when they run next", "text", "json") => Add(control.Control);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies list", "Those of `holdfast serve`"),
            new("holdfast policies list -o json | jq -r '.[] | select(.clusters == []) | .policy'", "Those that cover no cluster"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var documents = new ControlDocuments(control.Open(invocation).Store);
        var clusters = await documents.AllClustersAsync(invocation.Cancellation);
        var policies = await documents.AllPoliciesAsync(invocation.Cancellation);
        var entries = policies.Select(kept => PolicyEntries.Of(kept, clusters, invocation.Time)).ToArray();
        if (invocation.Json)
            invocation.Screen.Json(entries, OutputJson.Plain.PolicyEntryDocumentArray);
        else if (entries.Length == 0)
            invocation.Screen.Note("there is no policy; `holdfast policies add` makes one");
        else
            PrintTable(invocation.Screen, entries);
        return entries.Any(entry => entry.Problems.Any()) ? ExitCode.Partial : ExitCode.Done;
    }

    private static void PrintTable(Screen screen, PolicyEntryDocument[] entries)
    {
        var table = new Table("POLICY", "SCHEDULE", "NEXT", "CLUSTERS");
        foreach (var entry in entries)
        {
            table.Add(
                entry.Policy,
                entry.Schedule is { } schedule ? $"{schedule.Cron} {schedule.TimeZone}" : screen.Ink.Red("unusable"),
                entry.Next is { } next ? Readable.Time(next)
                    : entry.Paused is null ? ""
                    : screen.Ink.Yellow("paused"),
                string.Join(',', entry.Clusters)
            );
        }
        table.Print(screen);
        foreach (var problem in entries.SelectMany(e => e.Problems.Select(p => $"{e.Policy}: {p}")))
            screen.Warn(problem);
    }
}
