using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

/// <summary>Creates and replaces documents of one kind as files have them, as <c>kubectl apply</c> does.</summary>
internal abstract class ApplyVerb<T> : Verb
    where T : class
{
    private readonly EditedKind<T> kind;
    private readonly Option<string> file = new("--filename", "-f")
    {
        HelpName = "FILE",
        Required = true,
        Description = "The documents, YAML or JSON, with --- between them; -: the standard input",
    };
    private readonly ControlOption control = new();
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };

    protected ApplyVerb(EditedKind<T> kind)
        : base("apply", $"Create or replace {kind.Plural} as a file has them", "text", "json")
    {
        this.kind = kind;
        AddAll([file, control.Control, dryRun]);
    }

    public override string Refused => "failed";

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var documents = await DocumentFile.ReadAsync(kind, invocation.Get(file)!, invocation.Cancellation);
        var edit = new ControlEdit<T>(kind, control.Open(invocation).Store, invocation);
        var results = new List<EditDocument>();
        foreach (var document in documents)
        {
            var before = await edit.FindAsync(kind.NameOf(document));
            var result = invocation.Get(dryRun) ? edit.Compare(document, before) : await edit.PutAsync(document, before);
            results.Add(new(kind.NameOf(document), result.ToString().ToLowerInvariant(), []));
            if (!invocation.Json)
                invocation.Screen.Line(
                    $"{kind.Noun} {kind.NameOf(document)} {results[^1].Result}{(invocation.Get(dryRun) ? " (dry run)" : "")}"
                );
        }
        if (invocation.Json)
            invocation.Screen.Json([.. results], OutputJson.Plain.EditDocumentArray);
        return ExitCode.Done;
    }
}
