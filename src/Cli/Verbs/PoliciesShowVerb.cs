using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesShowVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The policy's name" };
    private readonly ControlOption control = new();

    public PoliciesShowVerb()
        : base("show", "Show a policy, what it covers and when it runs next", "text", "json", "yaml")
    {
        Add(name);
        Add(control.Control);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies show nightly", "What it says"),
            new("holdfast policies show nightly -o yaml", "To edit, and to apply again"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var kept = await new ControlEdit<ProtectionPolicy>(EditedKinds.Policies, store, invocation).RequireAsync(invocation.Get(name)!);
        if (kept.Document is not { } policy)
            throw new FailedException(kept.Trouble);
        if (KeptText.TryPrint(invocation, policy.ToJson()))
            return ExitCode.Done;
        var clusters = await new ControlDocuments(store).AllClustersAsync(invocation.Cancellation);
        PrintText(invocation.Screen, policy, PolicyEntries.Of(policy, clusters, invocation.Time));
        return ExitCode.Done;
    }

    private static void PrintText(Screen screen, ProtectionPolicy policy, PolicyEntryDocument entry)
    {
        screen.Line($"{screen.Ink.Bold(entry.Policy)}  {policy.Schedule.Cron} {policy.Schedule.TimeZone}");
        screen.Line($"  covers {(entry.Clusters.Any() ? string.Join(", ", entry.Clusters) : screen.Ink.Yellow("no cluster"))}");
        screen.Line($"  keeps {policy.Retention?.ToString() ?? "every point"}");
        if (policy.Immutability is { } rule)
            screen.Line($"  storage refuses deletion for {Readable.Count(rule.Days, "day")} ({rule.Mode.ToString().ToLowerInvariant()})");
        if (entry.Next is { } next)
            screen.Line($"  runs next at {Readable.Time(next)}");
        if (entry.Paused is { } reason)
            screen.Line($"  {screen.Ink.Yellow("paused:")} {reason}");
        foreach (var problem in entry.Problems)
            screen.Line($"  {screen.Ink.Yellow("problem:")} {problem}");
    }
}
