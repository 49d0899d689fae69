using System.CommandLine;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesCheckVerb : Verb
{
    private readonly Option<string> file = new("--filename", "-f")
    {
        HelpName = "FILE",
        Required = true,
        Description = "The policies, YAML or JSON, with --- between them; -: the standard input",
    };
    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description =
            $"Also say which of this service's clusters they cover. Default: {OpenedControl.Variable}; without, none are looked at",
    };

    public PoliciesCheckVerb()
        : base("check", "Check policies in a file, without changing anything", "text", "json") => AddAll([file, control]);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies check -f policies.yaml", "Before a merge: every mistake with its path; exit code 2 if there are any"),
            new("holdfast policies check -f - --control /srv/holdfast/control", "And which clusters they cover"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var policies = await DocumentFile.ReadAsync(EditedKinds.Policies, invocation.Get(file)!, invocation.Cancellation);
        var store = OpenedControl.TryOpen(invocation.Get(control), invocation.Time);
        var clusters = store is null ? [] : await new ControlDocuments(store).AllClustersAsync(invocation.Cancellation);
        var entries = policies
            .Select(policy => PolicyEntries.Of(policy, clusters, invocation.Time, isLookedUp: store is not null))
            .ToArray();
        if (invocation.Json)
            invocation.Screen.Json(entries, OutputJson.Plain.PolicyEntryDocumentArray);
        else
            PrintText(invocation.Screen, entries);
        return entries.Any(entry => entry.Problems.Any()) ? ExitCode.Partial : ExitCode.Done;
    }

    private static void PrintText(Screen screen, PolicyEntryDocument[] entries)
    {
        foreach (var entry in entries)
        {
            var next = entry.Next is { } time ? $", next at {Readable.Time(time)}" : "";
            screen.Line($"{screen.Ink.Green("valid")}  policy {screen.Ink.Bold(entry.Policy)}{next}");
            if (entry.Clusters.Any())
                screen.Line($"  covers {string.Join(", ", entry.Clusters)}");
            foreach (var problem in entry.Problems)
                screen.Line($"  {screen.Ink.Yellow("problem:")} {problem}");
        }
    }
}
