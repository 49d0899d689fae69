using Holdfast.Cli.Editing;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesShowVerb()
    : ControlShowVerb<ProtectionPolicy>(EditedKinds.Policies, "Show a policy, what it covers and when it runs next")
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies show nightly", "What it says"),
            new("holdfast policies show nightly -o yaml", "To edit, and to apply again"),
        ];

    protected override async Task PrintAsync(ProtectionPolicy document, ControlDocuments documents, Invocation invocation)
    {
        var clusters = await documents.AllClustersAsync(invocation.Cancellation);
        PrintText(invocation.Screen, document, PolicyEntries.Of(document, clusters, invocation.Time));
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
