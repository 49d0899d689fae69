using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Vault.Holds;

namespace Holdfast.Cli.Verbs;

internal sealed class HoldRemoveVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();

    public HoldRemoveVerb()
        : base("remove", "End a point's hold: from then on its policy decides again", "text", "json")
    {
        Add(point);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples => [new("holdfast hold remove 20261122T0530 --cluster prod", "The audit is over")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var vault = invocation.OpenVault();
        var found = await PointChoice.FindAsync(invocation, vault, invocation.Get(point)!, SealTrust.Anyone);
        var wasHeld = await new PointHolds(vault.Store, found.Seal.Cluster).RemoveAsync(found.Id, invocation.Cancellation);
        if (invocation.Json)
            invocation.Screen.Json(new(found.Id, found.Seal.Cluster.ToString(), false, null, null, null), OutputJson.Plain.HoldDocument);
        else
            invocation.Screen.Line(wasHeld ? $"{found.Id} isn't held any more" : $"{found.Id} wasn't held");
        return ExitCode.Done;
    }
}
