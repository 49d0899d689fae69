using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Vault.Holds;

namespace Holdfast.Cli.Verbs;

internal sealed class HoldRemoveVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();

    private readonly HoldAudit audit = new();

    public HoldRemoveVerb()
        : base("remove", "End a point's hold: from then on its policy decides again", "text", "json")
    {
        Add(point);
        Add(audit.Control);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples => [new("holdfast hold remove 20261122T0530 --cluster prod", "The audit is over")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var control = audit.Open(invocation);
        var vault = invocation.OpenVault();
        var found = await PointChoice.FindAsync(invocation, vault, invocation.Get(point)!, SealTrust.Anyone);
        var holds = new PointHolds(vault.Store, found.Seal.Cluster);
        var result = await HoldAudit.AroundAsync(
            invocation,
            control,
            "points.release",
            found,
            null,
            () => holds.RemoveAsync(found.Id, invocation.Cancellation)
        );
        if (invocation.Json)
            invocation.Screen.Json(HoldDocument.Of(found.Id, found.Seal.Cluster, null, result), OutputJson.Plain.HoldDocument);
        else
            Print(invocation.Screen, found.Id, result);
        return ExitCode.Done;
    }

    private static void Print(Screen screen, PointId point, HoldResult result)
    {
        screen.Line(result.IsChanged ? $"{point} isn't held any more" : $"{point} wasn't held");
        if (result.Storage is { Shared: > 0 and var shared })
            screen.Line($"  {Readable.Count(shared, "blob")} stay under the storage's legal hold: other held points need them, too");
    }
}
