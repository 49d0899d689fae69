using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesAddVerb : Verb
{
    private static readonly string[] Counts = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];

    private readonly Argument<string> name = new("NAME") { Description = "The policy's name" };
    private readonly ControlOption control = new();
    private readonly Option<string[]> clusters = new("--clusters") { HelpName = "NAME", Description = "The clusters that it captures" };
    private readonly Option<string?> selector = new("--selector", "-l")
    {
        HelpName = "SELECTOR",
        Description = "Or those with these labels, like kubectl's -l",
    };
    private readonly Option<string?> schedule = new("--schedule")
    {
        HelpName = "CRON",
        Description = "When: minute, hour, day of month, month, day of week. Required",
    };
    private readonly Option<string?> timeZone = new("--time-zone")
    {
        HelpName = "ZONE",
        Description = "Of the schedule: Europe/Berlin. Default: Etc/UTC",
    };
    private readonly Option<string[]> keep = new("--keep")
    {
        HelpName = "RULE",
        Description = "Which points stay: daily=7,weekly=4,within=36h. Default: all",
    };
    private readonly Option<string?> volumes = new("--volumes")
    {
        HelpName = "HOW",
        CompletionSources = { "snapshot", "snapshot-where-possible", "none" },
        Description = $"How the data of volumes is protected: {VolumeHandlings.Names}. Default: snapshot",
    };
    private readonly Option<bool> replace = new("--replace") { Description = "Change the policy of this name" };
    private readonly Option<bool> print = new("--print") { Description = "Only print the policy, to edit it and `policies apply -f` it" };

    public PoliciesAddVerb()
        : base("add", "Make a policy: which clusters, when, and how long points are kept", "text", "json")
    {
        Add(name);
        AddAll([control.Control, clusters, selector, schedule, timeZone, keep, volumes, replace, print]);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast policies add nightly --clusters prod --schedule '30 2 * * *' --time-zone Europe/Berlin --keep daily=7,weekly=4",
                "Every night; a week of days and a month of weeks stay"
            ),
            new("holdfast policies add gold --selector tier=gold --schedule '0 * * * *' --print", "To keep it in Git"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (invocation.Get(schedule) is null)
            throw new UsageException("when does it run? Give --schedule, such as '30 2 * * *' for every night at 02:30");
        var reading = ProtectionPolicy.Read(Encoding.UTF8.GetBytes(Document(invocation).ToJsonString()));
        var policy = reading.Document ?? throw new UsageException([.. reading.Problems.Select(p => p.ToString())]);
        if (invocation.Get(print))
        {
            KeptText.Print(invocation.Json, invocation.Screen, Encoding.UTF8.GetBytes(Document(invocation).ToString()));
            return ExitCode.Done;
        }
        var store = control.Open(invocation).Store;
        var edit = new ControlEdit<ProtectionPolicy>(EditedKinds.Policies, store, invocation);
        var before = await edit.FindAsync(policy.Name.ToString());
        if (!invocation.Get(replace) && edit.Compare(policy, before) == EditResult.Replaced)
            throw new UsageException(
                $"there is another policy '{policy.Name}': `holdfast policies show {policy.Name}` shows it, --replace changes it"
            );
        var result = await edit.PutAsync(policy, before);
        var registered = await new ControlDocuments(store).AllClustersAsync(invocation.Cancellation);
        var entry = PolicyEntries.Of(policy, registered, invocation.Time);
        Print(invocation, result, entry);
        return entry.Problems.Any() ? ExitCode.Partial : ExitCode.Done;
    }

    private JsonObject Document(Invocation invocation)
    {
        var policy = new JsonObject
        {
            ["version"] = ProtectionPolicy.CurrentVersion,
            ["name"] = invocation.Get(name),
            ["clusters"] = new JsonObject(),
            ["schedule"] = new JsonObject { ["cron"] = invocation.Get(schedule) },
        };
        if (invocation.List(clusters) is { Length: > 0 } names)
            policy["clusters"]!["names"] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        if (invocation.Get(selector) is { } labels)
            policy["clusters"]!["selector"] = labels;
        if (invocation.Get(timeZone) is { } zone)
            policy["schedule"]!["timeZone"] = zone;
        if (invocation.Get(volumes) is { } how)
            policy["volumes"] = how;
        if (invocation.List(keep) is { Length: > 0 } rules)
            policy["retention"] = Retention(rules);
        return policy;
    }

    private static JsonObject Retention(string[] rules)
    {
        var retention = new JsonObject();
        foreach (var rule in rules)
        {
            retention[rule.Split('=')[0]] = rule.Split('=') switch
            {
                ["within", var age] => age,
                [var count, var number]
                    when Counts.Contains(count) && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var many) =>
                    many,
                _ => throw new UsageException($"--keep '{rule}' is not known: use {string.Join("=N, ", Counts)}=N or within=36h"),
            };
        }
        return retention;
    }

    private static void Print(Invocation invocation, EditResult result, PolicyEntryDocument entry)
    {
        var word = result.ToString().ToLowerInvariant();
        if (invocation.Json)
        {
            invocation.Screen.Json(new(entry.Policy, word, entry.Problems), OutputJson.Plain.EditDocument);
            return;
        }
        var next = entry.Next is { } time ? $"; runs next at {Readable.Time(time)}" : "";
        invocation.Screen.Line($"policy {entry.Policy} {word}{next}");
        if (entry.Clusters.Any())
            invocation.Screen.Line($"  covers {string.Join(", ", entry.Clusters)}");
        foreach (var problem in entry.Problems)
            invocation.Screen.Warn(problem);
    }
}
