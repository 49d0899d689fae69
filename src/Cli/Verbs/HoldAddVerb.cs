using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
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

    public HoldAddVerb()
        : base("add", "Hold a point: it neither expires nor is deleted until the hold is removed", "text", "json")
    {
        Add(point);
        Add(reason);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast hold add 20261122T0530 --cluster prod --reason audit-2026", "Keep a point for as long as an audit takes")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (invocation.Get(reason) is not { Length: > 0 and <= LongestReason } why)
            throw new UsageException($"why is it held? Give --reason, of at most {LongestReason} characters");
        var vault = invocation.OpenVault();
        // whatever its signature: what looks wrong may be evidence
        var found = await PointChoice.FindAsync(invocation, vault, invocation.Get(point)!, SealTrust.Anyone);
        var holds = new PointHolds(vault.Store, found.Seal.Cluster);
        var isNew = await holds.AddAsync(found.Id, Environment.UserName, why, invocation.Time.GetUtcNow(), invocation.Cancellation);
        var hold = await holds.FindAsync(found.Id, invocation.Cancellation);
        var document = new HoldDocument(found.Id, found.Seal.Cluster.ToString(), true, hold?.By, hold?.Reason, hold?.HeldAt);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.HoldDocument);
        else
            invocation.Screen.Line(
                isNew ? $"{found.Id} is held" : $"{found.Id} is held already, by {hold?.By} since {hold?.HeldAt:u}: {hold?.Reason}"
            );
        return ExitCode.Done;
    }
}
