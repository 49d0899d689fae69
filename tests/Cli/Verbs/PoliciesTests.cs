using System.Text.Json.Nodes;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Policies of the local service, from options and from files. No cluster is needed.</summary>
public sealed class PoliciesTests : IDisposable
{
    private const string Registration = """
        {"version":1,"name":"prod","labels":{"env":"prod"},"endpoint":"https://prod.example.com","authentication":{"entraId":{}}}
        """;
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task A_policy_is_made_of_options_and_says_when_it_runs_and_what_it_covers()
    {
        await ApplyAsync("clusters", Registration);

        var added = await AddAsync("nightly", "--clusters", "prod", "--keep", "daily=7,within=36h", "--volumes", "none", "-o", "json");
        var list = await RunAsync("policies list -o json");
        var next = await RunAsync("policies next nightly --count 2 -o json");
        var shown = await RunAsync("policies show nightly -o json");

        Assert.True(added.Exit == 0, added.Error);
        Assert.Equal("created", (string?)added.Json["result"]);
        Assert.Equal("prod", (string?)list.Json[0]!["clusters"]![0]);
        var times = next.Json["times"]!.AsArray().Select(t => (DateTimeOffset)t!).ToArray();
        Assert.Equal((2, 30, TimeSpan.FromDays(1)), (times[0].UtcDateTime.Hour, times[0].UtcDateTime.Minute, times[1] - times[0]));
        Assert.Equal(
            (7, "36h", "none"),
            ((int?)shown.Json["retention"]!["daily"], (string?)shown.Json["retention"]!["within"], (string?)shown.Json["volumes"])
        );
    }

    [Fact]
    public async Task One_that_covers_no_cluster_is_made_and_exits_with_3()
    {
        var added = await AddAsync("nightly", "--clusters", "prdo");

        Assert.Equal(3, added.Exit);
        Assert.Contains("no cluster 'prdo' is registered", added.Error);
        Assert.Equal(3, (await RunAsync("policies list")).Exit);
    }

    [Fact]
    public async Task Another_policy_of_the_name_is_changed_by_replace_only()
    {
        await ApplyAsync("clusters", Registration);
        Assert.Equal(0, (await AddAsync("nightly", "--clusters", "prod")).Exit);

        var same = await AddAsync("nightly", "--clusters", "prod", "-o", "json");
        var other = await AddAsync("nightly", "--selector", "env=prod");
        var replaced = await AddAsync("nightly", "--selector", "env=prod", "--replace", "-o", "json");

        Assert.Equal("unchanged", (string?)same.Json["result"]);
        Assert.Equal(2, other.Exit);
        Assert.Equal("replaced", (string?)replaced.Json["result"]);
    }

    [Fact]
    public async Task Every_mistake_of_every_document_is_said_with_its_path_and_nothing_is_applied()
    {
        const string Two = """
            version: 1
            name: good
            clusters: {names: [prod]}
            schedule: {cron: 0 2 * * *}
            ---
            version: 1
            name: Bad
            clusters: {}
            schedule: {cron: 61 * * * *, timeZone: Mars/Olympus}
            colour: red
            """;

        var run = await ApplyAsync("policies", Two);

        Assert.Equal(2, run.Exit);
        foreach (var path in new[] { "$.name", "$.clusters", "$.schedule.cron", "$.schedule.timeZone", "$.colour" })
            Assert.Contains($"document 2: {path}", run.Error);
        Assert.Equal("[]\n", (await RunAsync("policies list -o json")).Out);
    }

    [Theory]
    [InlineData("{", "YAML")]
    [InlineData("", "holds no document")]
    [InlineData("a: &x 1", "anchors")]
    [InlineData("""{"version":1,"version":1}""", "version")]
    [InlineData("[1]", "isn't an object")]
    public async Task What_is_no_policy_is_refused(string text, string words)
    {
        var run = await ApplyAsync("policies", text);

        Assert.Equal(2, run.Exit);
        Assert.Contains(words, run.Error);
    }

    [Fact]
    public async Task A_dry_run_and_a_check_change_nothing()
    {
        var file = Path.Combine(holdfast.Home, "p.yaml");
        await File.WriteAllTextAsync(file, (await AddAsync("gold", "--selector", "env=prod", "--print")).Out);

        var dry = await RunAsync($"policies apply -f {file} --dry-run -o json");
        var check = await RunAsync($"policies check -f {file} -o json");

        Assert.Equal("created", (string?)dry.Json[0]!["result"]);
        Assert.Equal((0, "gold"), (check.Exit, (string?)check.Json[0]!["policy"]));
        Assert.Equal("[]\n", (await RunAsync("policies list -o json")).Out);
    }

    [Fact]
    public async Task Documents_come_from_the_standard_input_too()
    {
        using var process = holdfast.Start("policies", "check", "-f", "-");
        await process.StandardInput.WriteAsync((await AddAsync("gold", "--selector", "env=prod", "--print", "-o", "json")).Out);
        process.StandardInput.Close();

        Assert.Equal(0, (await HoldfastProgram.FinishAsync(process)).Exit);
    }

    [Fact]
    public async Task A_removed_policy_is_gone_and_its_removal_audited()
    {
        await AddAsync("nightly", "--clusters", "prod");

        var removed = await RunAsync("policies remove nightly -o json");

        Assert.Equal("removed", (string?)removed.Json["result"]);
        Assert.Equal(1, (await RunAsync("policies show nightly")).Exit);
        var audit = Path.Combine(holdfast.Home, "state", "holdfast", "app", "control", "audit");
        var actions = Directory
            .GetFiles(audit, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(f => (string?)JsonNode.Parse(File.ReadAllText(f))!["action"]);
        Assert.Equal(["policies.replace", "policies.delete"], actions);
    }

    private Task<Finished> AddAsync(string name, params string[] options) =>
        holdfast.RunAsync(["policies", "add", name, "--schedule", "30 2 * * *", .. options]);

    private async Task<Finished> ApplyAsync(string plural, string text)
    {
        var file = Path.Combine(holdfast.Home, $"{plural}.txt");
        await File.WriteAllTextAsync(file, text);
        return await RunAsync($"{plural} apply -f {file}");
    }

    private Task<Finished> RunAsync(string line) => holdfast.RunAsync(line.Split(' '));
}
