using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Documents;

namespace Holdfast.Cli.Verbs;

/// <summary>Shows one control document: as it is kept, or for a person.</summary>
internal abstract class ControlShowVerb<T> : Verb
    where T : class
{
    private readonly EditedKind<T> kind;
    private readonly Argument<string> name;
    private readonly ControlOption control = new();

    protected ControlShowVerb(EditedKind<T> kind, string description)
        : base("show", description, "text", "json", "yaml")
    {
        this.kind = kind;
        Add(name = new("NAME") { Description = $"The {kind.Noun}'s name" });
        Add(control.Control);
    }

    public override string Refused => "failed";

    protected abstract Task PrintAsync(T document, ControlDocuments documents, Invocation invocation);

    public sealed override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var kept = await new ControlEdit<T>(kind, store, invocation).RequireAsync(invocation.Get(name)!);
        if (kept.Document is not { } document)
            throw new FailedException(kept.Trouble);
        if (!KeptText.TryPrint(invocation, kind.ToJson(document)))
            await PrintAsync(document, new(store), invocation);
        return ExitCode.Done;
    }
}
