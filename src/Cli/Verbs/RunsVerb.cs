using System.CommandLine;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Verbs;

internal sealed class RunsVerb : Verb
{
    private const int DefaultLimit = 50;

    private readonly Argument<string?> run = new("RUN")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A run's id: show its report. Without: list runs, the newest first",
    };
    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description = $"The service's control folder, or the URL of its container. Default: {OpenedControl.Variable}",
    };
    private readonly Option<string?> policy = new("--policy") { HelpName = "NAME", Description = "Only runs of this policy" };
    private readonly Option<int> limit = new("--limit")
    {
        HelpName = "N",
        Description = $"How many at most. Default: {DefaultLimit}",
        DefaultValueFactory = _ => DefaultLimit,
    };

    public RunsVerb()
        : base("runs", "Show what the runs of a service did, from its control container", "text", "json")
    {
        Add(run);
        AddAll([control, policy, limit]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast runs --control ~/.local/state/holdfast/app/control", "The last runs of `holdfast serve`"),
            new("holdfast runs --cluster prod -o json | jq '.[] | select(.state != \"Succeeded\")'", "What went wrong with a cluster"),
            new("holdfast runs 20261122T053000Z-1a2b3c4d", "All about one"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var cluster = invocation.ClusterNamed;
        var reports = new RunReports(
            OpenedControl.Open(invocation.Get(control) ?? Environment.GetEnvironmentVariable(OpenedControl.Variable), invocation.Time),
            invocation.Time
        );
        if (invocation.Get(run) is { } text)
            await ShowAsync(invocation, reports, text);
        else
            await ListAsync(invocation, reports, new(Cluster: cluster, Policy: invocation.Get(policy)));
        return ExitCode.Done;
    }

    private async Task ListAsync(Invocation invocation, RunReports reports, RunQuery query)
    {
        if (invocation.Get(limit) is not > 0)
            throw new UsageException("--limit is at least 1");
        var runs = await NewestAsync(invocation, reports, query);
        if (invocation.Json)
            invocation.Screen.Json([.. runs], HoldfastJson.Default.RunReportArray);
        else if (runs.Count == 0)
            invocation.Screen.Note("no run has ended");
        else
            PrintTable(invocation, runs);
    }

    /// <summary>As many as are asked for, page by page; reports that can't be used are noted and passed over.</summary>
    private async Task<List<RunReport>> NewestAsync(Invocation invocation, RunReports reports, RunQuery query)
    {
        var runs = new List<RunReport>();
        RunId? next = null;
        do
        {
            var page = await reports.ListAsync(query, next, invocation.Get(limit) - runs.Count, invocation.Cancellation);
            runs.AddRange(page.Runs);
            foreach (var unusable in page.Unusable)
                invocation.Screen.Note(unusable.Problem);
            next = page.Next;
        } while (next is not null && runs.Count < invocation.Get(limit));
        return runs;
    }

    private static async Task ShowAsync(Invocation invocation, RunReports reports, string text)
    {
        if (!RunId.TryParse(text, out var id))
            throw new UsageException($"'{text}' names no run: 20261122T053000Z-1a2b3c4d is how they look");
        var report =
            await reports.ReadAsync(id, invocation.Cancellation)
            ?? throw new FailedException($"run {id} isn't there, or hasn't ended; `holdfast runs` lists those that have");
        if (invocation.Json)
            invocation.Screen.Json(report, HoldfastJson.Default.RunReport);
        else
            RunText.Print(invocation.Screen, report);
    }

    private static void PrintTable(Invocation invocation, IReadOnlyList<RunReport> runs)
    {
        var now = invocation.Time.GetUtcNow();
        var table = new Table("RUN", "KIND", "STATE", "CLUSTER", "POLICY", ">OBJECTS", ">TOOK", ">AGE");
        foreach (var report in runs)
        {
            table.Add(
                report.Run.ToString(),
                report.Kind.ToString(),
                States.Paint(invocation.Screen.Ink, report.State),
                report.Cluster?.ToString() ?? "",
                report.Policy ?? "",
                report.Capture is { } capture ? Readable.Count(capture.Objects) : "",
                Readable.Duration(TimeSpan.FromSeconds(report.Seconds)),
                Readable.Age(now - report.EndedAt)
            );
        }
        table.Print(invocation.Screen);
    }
}
