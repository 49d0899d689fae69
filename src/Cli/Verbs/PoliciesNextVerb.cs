using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesNextVerb : Verb
{
    private const int DefaultCount = 5;
    private const int Most = 1000;

    private readonly Argument<string> name = new("NAME") { Description = "The policy's name" };
    private readonly ControlOption control = new();
    private readonly Option<int> count = new("--count")
    {
        HelpName = "N",
        Description = $"How many. Default: {DefaultCount}",
        DefaultValueFactory = _ => DefaultCount,
    };

    public PoliciesNextVerb()
        : base("next", "Show when a policy runs next", "text", "json")
    {
        Add(name);
        AddAll([control.Control, count]);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast policies next nightly --count 10", "Is the cron expression what was meant?")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (invocation.Get(count) is not (>= 1 and <= Most))
            throw new UsageException($"--count is a number from 1 to {Most}");
        var edit = new ControlEdit<ProtectionPolicy>(EditedKinds.Policies, control.Open(invocation).Store, invocation);
        var kept = await edit.RequireAsync(invocation.Get(name)!);
        if (kept.Document is not { } policy)
            throw new FailedException(kept.Trouble);
        var zone = TimeZones.Find(policy.Schedule.TimeZone);
        var times = Times(policy, invocation.Time.GetUtcNow()).Take(invocation.Get(count)).Select(t => TimeZoneInfo.ConvertTime(t, zone));
        var document = new NextRunsDocument(kept.Name, policy.Schedule.TimeZone, [.. times], policy.Paused?.Reason);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.NextRunsDocument);
        else
            PrintText(invocation.Screen, document);
        return ExitCode.Done;
    }

    private static IEnumerable<DateTimeOffset> Times(ProtectionPolicy policy, DateTimeOffset now)
    {
        var schedule = ScheduleTimes.Of(policy.Schedule);
        for (var next = schedule.Next(now); next is { } time; next = schedule.Next(time))
            yield return time;
    }

    private static void PrintText(Screen screen, NextRunsDocument document)
    {
        if (document.Paused is { } reason)
            screen.Warn($"the policy is paused, so nothing runs: {reason}");
        foreach (var time in document.Times)
            screen.Line($"{time:ddd yyyy-MM-dd HH:mm:ss zzz}  {document.TimeZone}");
    }
}
