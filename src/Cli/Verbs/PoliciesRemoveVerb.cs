using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesRemoveVerb : Verb
{
    private const string Note = "its points stay, and nothing of it expires any more";

    private readonly Argument<string> name = new("NAME") { Description = "The policy's name" };
    private readonly ControlOption control = new();

    public PoliciesRemoveVerb()
        : base("remove", "Remove a policy; its points stay", "text", "json")
    {
        Add(name);
        Add(control.Control);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast policies remove nightly", "Its schedule ends; what runs now is finished")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var edit = new ControlEdit<ProtectionPolicy>(EditedKinds.Policies, control.Open(invocation).Store, invocation);
        var kept = await edit.RequireAsync(invocation.Get(name)!);
        await edit.DeleteAsync(kept);
        if (invocation.Json)
            invocation.Screen.Json(new(kept.Name, "removed", [Note]), OutputJson.Plain.EditDocument);
        else
            invocation.Screen.Line($"policy {kept.Name} removed: {Note}");
        return ExitCode.Done;
    }
}
