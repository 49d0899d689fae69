using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Vault.Holds;

namespace Holdfast.Cli.Verbs;

internal sealed class HoldAddVerb : Verb
{
    private const int LongestReason = 500;

    private readonly Argument<string> point = PointArgument.Required();
    private readonly Option<string?> reason = new("--reason")
    {
        HelpName = "TEXT",
        Description = "Why, for whoever finds it held. Required",
    };

    private readonly HoldAudit audit = new();

    public HoldAddVerb()
        : base("add", "Hold a point: it neither expires nor is deleted until the hold is removed", "text", "json")
    {
        Add(point);
        Add(reason);
        Add(audit.Control);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast hold add 20261122T0530 --cluster prod --reason audit-2026", "Keep a point for as long as an audit takes")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (invocation.Get(reason) is not { Length: > 0 and <= LongestReason } why)
            throw new UsageException($"why is it held? Give --reason, of at most {LongestReason} characters");
        var control = audit.Open(invocation);
        var vault = invocation.OpenVault();
        // whatever its signature: what looks wrong may be evidence
        var found = await PointChoice.FindAsync(invocation, vault, invocation.Get(point)!, SealTrust.Anyone);
        var holds = new PointHolds(vault.Store, found.Seal.Cluster);
        var result = await HoldAudit.AroundAsync(
            invocation,
            control,
            "points.hold",
            found,
            why,
            () => holds.AddAsync(found.Id, Environment.UserName, why, invocation.Time.GetUtcNow(), invocation.Cancellation)
        );
        var hold = await holds.FindAsync(found.Id, invocation.Cancellation);
        var document = HoldDocument.Of(found.Id, found.Seal.Cluster, hold, result);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.HoldDocument);
        else
            Print(invocation.Screen, document, result);
        return result.Storage is { Missing: > 0 } or { Problem: not null } ? ExitCode.Partial : ExitCode.Done;
    }

    private static void Print(Screen screen, HoldDocument held, HoldResult result)
    {
        screen.Line(
            result.IsChanged ? $"{held.Point} is held" : $"{held.Point} is held already, by {held.By} since {held.Since:u}: {held.Reason}"
        );
        screen.Line(
            result.Storage is { } storage
                ? $"  by the storage, too: a legal hold is on {Readable.Count(storage.Blobs, "blob")}"
                : "  by Holdfast alone: this storage has no legal holds, and whoever may delete there still can"
        );
        if (result.Storage is { Missing: > 0 and var missing })
            screen.Warn($"{Readable.Count(missing, "blob")} that the point names are missing: run `holdfast verify`");
        if (result.Storage?.Problem is { } problem)
            screen.Warn($"the storage holds the point's own blobs only, since its packs aren't known: {problem}");
    }
}
