using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Output;

/// <summary>Names, values and messages that would steer the terminal that shows them, through every verb.</summary>
public sealed class HostileDataTests : IAsyncLifetime
{
    private const string Hostile =
        "\\u001b[31m\\u001b]0;owned\\u0007\\u009b2J\\u007f\\u202e\\u2066\\u200b\\ufeff\\r\\nholdfast: restored\\u2028\\u061c";

    private Workbench bench = null!;
    private string[] reports = [];

    private string Control => Path.Combine(bench.Holdfast.Home, "control");

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        await bench.CreateAsync(
            "/api/v1/namespaces/shop/configmaps",
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"hostile","annotations":{"a":"{{{Hostile}}}"}},"data":"""
                + $$$"""{"k":"{{{Hostile}}}","plain":"{{{Hostile[..6]}}}"} }"""
        );
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        await bench.PatchAsync("/api/v1/namespaces/shop/configmaps/hostile", $$$"""{"data":{"k":"x{{{Hostile}}}"} }""");
        await File.WriteAllTextAsync(Path.Combine(bench.Holdfast.Vault, "clusters", "\e[31mred\n\u202e"), "x");
        await File.WriteAllTextAsync(
            Path.Combine(Directory.GetDirectories(Path.Combine(bench.Holdfast.Vault, "clusters"))[0], "\e[31mred\n\u202e"),
            "x"
        );
        var hostile = (string)System.Text.Json.Nodes.JsonNode.Parse($"\"{Hostile}\"")!;
        reports = await HostileDocuments.WriteReportsAsync(Control, hostile);
        await File.WriteAllTextAsync(
            Path.Combine(Control, "transforms.yaml"),
            $$$"""{version: 1, transforms: [{name: "{{{Hostile}}}", match: {kinds: [cm]}, """
                + $$$"""set: [{path: /data/k, value: "{{{Hostile}}}"}]}]}"""
        );
        await HostileDocuments.WriteControlAsync(Control, Hostile);
        await File.WriteAllTextAsync(
            Path.Combine(Control, "recovery.yaml"),
            $$$"""
            {version: 1, groups: [{name: g, waitSeconds: 0, continueOnPartial: true, pause: "{{{Hostile}}}", restores: [{name: r,
             request: {cluster: prod, intoOtherCluster: true}}], checks: [{restore: r, kind: "{{{Hostile}}}", name: "{{{Hostile}}}",
             withinSeconds: 0}]}]}
            """
        );
        await HostileDocuments.WritePointAsync(bench.Holdfast.Vault, hostile);
        bench.Holdfast.Variables["HOLDFAST_APP"] = "/nowhere/\e[31mred\n\u202e";
    }

    private static IEnumerable<Verb> Verbs(Command command) =>
        command.Subcommands.SelectMany(c => Verbs(c).Concat(c is Verb verb ? [verb] : []));

    public async Task DisposeAsync() => await bench.DisposeAsync();

    /// <summary>Every verb in every format; CONTROL stands for the control folder.</summary>
    private static readonly string[] Tried =
    [
        "capture --full",
        "capture --full -o json",
        "points",
        "points -o json",
        "points --cluster prod",
        "points --cluster prod -o json",
        "show latest",
        "show latest -o json",
        "show latest --cluster prod",
        "show latest --cluster prod -o json",
        "cat latest configmap/hostile -n shop",
        "cat latest configmap/hostile -n shop -o json",
        "cat latest configmap/hostile -n shop -o ndjson",
        "cat latest --all",
        "cat latest --all -o json",
        "cat latest --all --cluster prod",
        "cat latest --all --cluster prod -o ndjson",
        "diff latest -n shop",
        "diff latest -n shop -o json",
        "diff latest --cluster prod",
        "diff latest --cluster prod -o json",
        "find configmap/hostile -n shop",
        "find configmap/hostile -n shop -o json",
        "history configmap/hostile",
        "history configmap/hostile -o json",
        "stats",
        "stats -o json",
        "plan latest -n shop --existing replace",
        "plan latest -n shop --existing replace -o json",
        "plan latest --cluster prod --into-other-cluster",
        "plan latest --cluster prod --into-other-cluster -o json",
        "restore latest -n shop --existing replace --yes",
        "restore latest -n shop --existing replace --yes -o json",
        "recovery plan CONTROL/recovery.yaml",
        "recovery plan CONTROL/recovery.yaml -o json",
        "recovery run CONTROL/recovery.yaml --yes",
        "recovery run CONTROL/recovery.yaml --yes -o json",
        "transform test latest CONTROL/transforms.yaml -n shop",
        "transform test latest CONTROL/transforms.yaml -n shop -o json",
        "hold add latest --cluster prod --reason audit",
        "hold add latest --cluster prod --reason audit -o json",
        "hold remove latest --cluster prod",
        "hold remove latest --cluster prod -o json",
        "retention --dry-run --keep-last 1",
        "retention --dry-run --keep-last 1 -o json",
        "prune --dry-run --keep-last 1",
        "prune --dry-run --keep-last 1 -o json",
        "replicate --to CONTROL/replica",
        "replicate --to CONTROL/replica -o json",
        "vault check",
        "vault check -o json",
        "vault encrypt",
        "vault encrypt -o json",
        "vault keys",
        "vault keys -o json",
        "vault rotate-key",
        "vault rotate-key -o json",
        "vault repair",
        "vault repair -o json",
        "verify",
        "verify -o json",
        "clusters add prod",
        "clusters add prod -o json",
        "clusters apply -f CONTROL/clusters.yaml --dry-run",
        "clusters apply -f CONTROL/clusters.yaml --dry-run -o json",
        "clusters list --control CONTROL",
        "clusters list --control CONTROL -o json",
        "clusters show hostile --control CONTROL",
        "clusters show hostile --control CONTROL -o json",
        "clusters show hostile --control CONTROL -o yaml",
        "clusters remove hostile --control CONTROL",
        "clusters remove hostile --control CONTROL -o json",
        "clusters check",
        "clusters check -o json",
        "policies add nightly --clusters prod --schedule x",
        "policies add nightly --clusters prod --schedule x -o json",
        "policies apply -f CONTROL/policies/hostile.json --dry-run",
        "policies apply -f CONTROL/policies/hostile.json --dry-run -o json",
        "policies check -f CONTROL/policies/hostile.json --control CONTROL",
        "policies check -f CONTROL/policies/hostile.json --control CONTROL -o json",
        "policies list --control CONTROL",
        "policies list --control CONTROL -o json",
        "policies show hostile --control CONTROL",
        "policies show hostile --control CONTROL -o json",
        "policies show hostile --control CONTROL -o yaml",
        "policies next hostile --control CONTROL",
        "policies next hostile --control CONTROL -o json",
        "policies remove hostile --control CONTROL",
        "policies remove hostile --control CONTROL -o json",
        "notifications add team --mail-to a@b.example --mail-from c@b.example --mail-server smtp.b.example --print",
        "notifications add team --mail-to a@b.example --mail-from c@b.example --mail-server smtp.b.example --print -o json",
        "notifications apply -f CONTROL/notifications/hostile.json --dry-run",
        "notifications apply -f CONTROL/notifications/hostile.json --dry-run -o json",
        "notifications check -f CONTROL/notifications/hostile.json",
        "notifications check -f CONTROL/notifications/hostile.json -o json",
        "notifications list --control CONTROL",
        "notifications list --control CONTROL -o json",
        "notifications show hostile --control CONTROL",
        "notifications show hostile --control CONTROL -o json",
        "notifications show hostile --control CONTROL -o yaml",
        "notifications test hostile --control CONTROL --wait-limit 0s",
        "notifications test hostile --control CONTROL --wait-limit 0s -o json",
        "notifications remove hostile --control CONTROL",
        "notifications remove hostile --control CONTROL -o json",
        "version",
        "version -o json",
        "doctor",
        "doctor -o json",
        "completion bash",
        "completion bash -o json",
        "complete -- cat latest configmap/",
        "man --out CONTROL/pages",
        "config show --context \e[31mred\n\u202e",
        "config show --context \e[31mred\n\u202e -o json",
        "init --from-deployment \e[31mred\n\u202e",
        "init --from-deployment \e[31mred\n\u202e -o json",
        "demo",
        "demo -o json",
        "runs --control CONTROL",
        "runs --control CONTROL -o json",
        "serve",
        "serve -o json",
    ];

    public static TheoryData<string> Lines => [.. Tried];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task What_a_verb_prints_steers_no_terminal(string line) =>
        AssertHarmless(OfShell(line, await bench.RunAsync(line.Replace("CONTROL", Control, StringComparison.Ordinal))));

    /// <summary>What a shell's script reads has one tab in a line: what is behind it describes what is before it.</summary>
    private static Finished OfShell(string line, Finished run)
    {
        if (!line.StartsWith("complete ", StringComparison.Ordinal))
            return run;
        var columns = run.Out.Split('\n').Select(candidate => candidate.Split('\t')).ToList();
        Assert.All(columns, c => Assert.InRange(c.Length, 1, 2));
        return run with { Out = string.Join('\n', columns.Select(c => string.Join(' ', c))) };
    }

    [Fact]
    public void Every_verb_is_tried_in_every_format()
    {
        foreach (var verb in Verbs(CommandLine.Whole().Root))
        {
            var path = verb.Parents.Single() is RootCommand ? verb.Name : $"{verb.Parents.Single().Name} {verb.Name}";
            var of = Tried.Where(line => line == path || line.StartsWith(path + " ", StringComparison.Ordinal)).ToList();
            Assert.All(
                verb.Formats,
                format =>
                    Assert.Contains(
                        of,
                        line =>
                            format == verb.Formats[0]
                                ? !line.Contains(" -o ", StringComparison.Ordinal)
                                : line.EndsWith($" -o {format}", StringComparison.Ordinal)
                    )
            );
        }
    }

    [Fact]
    public async Task Every_report_of_a_run_steers_no_terminal()
    {
        foreach (var run in reports)
        {
            var (text, json) = (
                await bench.RunAsync($"runs {run} --control {Control}"),
                await bench.RunAsync($"runs {run} --control {Control} -o json")
            );

            Assert.Equal((0, 0), (text.Exit, json.Exit));
            AssertHarmless(text);
            AssertHarmless(json);
            Assert.DoesNotContain("\nholdfast: restored", text.Out);
        }
    }

    [Fact]
    public async Task Control_documents_that_are_no_reports_steer_no_terminal()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Control, "runs", "20261122T120000Z-00000000.json"),
            $$"""{"run":"{{Hostile}}","{{Hostile}}":1}"""
        );
        await File.WriteAllTextAsync(Path.Combine(Control, "runs", "\e[31mred\n\u202e.json"), "x");

        foreach (var line in new[] { "", " -o json", " --policy \e[31m", " 20261122T120000Z-00000000" })
            AssertHarmless(await bench.RunAsync($"runs --control {Control}{line}"));
    }

    [Theory]
    [
        InlineData("show"),
        InlineData("cat"),
        InlineData("diff"),
        InlineData("plan"),
        InlineData("verify"),
        InlineData("runs"),
        InlineData("nonsense\e[31m")
    ]
    public async Task What_was_typed_is_quoted_without_being_obeyed(string verb)
    {
        var run = await bench.Holdfast.RunAsync(verb, "\e[31m\u009b\u202e\nholdfast: done", "--all", "--control", bench.Holdfast.Home);

        Assert.NotEqual(0, run.Exit);
        AssertHarmless(run);
    }

    [Theory]
    [
        InlineData("capture"),
        InlineData("capture -o json"),
        InlineData("plan latest"),
        InlineData("plan latest -o json"),
        InlineData("diff latest"),
        InlineData("clusters check"),
        InlineData("clusters check -o json")
    ]
    public async Task What_a_server_says_steers_no_terminal(string line)
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Json(403, $$"""{"kind":"Status","status":"Failure","reason":"Forbidden","message":"{{Hostile}}","code":403}""")
        );
        var path = Path.Combine(bench.Holdfast.Home, "hostile");
        await File.WriteAllTextAsync(
            path,
            $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: "a\u001b[31m\n", cluster: {server: "{{server.Url}}"} }]
            users: [{name: u, user: {token: t} }]
            contexts: [{name: "c\u202e", context: {cluster: "a\u001b[31m\n", user: u} }]
            current-context: "c\u202e"
            """
        );

        var run = await bench.RunAsync($"{line} --kubeconfig {path}");

        Assert.NotEqual(0, run.Exit);
        AssertHarmless(run);
        Assert.DoesNotContain("\nholdfast: restored", run.Error);
    }

    [Fact]
    public async Task The_same_is_printed_as_JSON_and_YAML()
    {
        var json = await bench.RunAsync("cat latest configmap/hostile -n shop -o json");
        var lines = await bench.RunAsync("cat latest --all -o ndjson");
        var yaml = await bench.RunAsync("cat latest configmap/hostile -n shop");

        var expected = (string?)System.Text.Json.Nodes.JsonNode.Parse($"\"{Hostile}\"");
        Assert.Equal(expected, (string?)json.Json["data"]!["k"]);
        Assert.Equal(
            expected,
            lines
                .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!)
                .Select(o => (string?)o["data"]?["k"])
                .Single(k => k is not null)
        );
        Assert.Equal(expected, (string?)Holdfast.TestKit.Manifests.YamlManifests.Parse(yaml.Out).Single()["data"]!["k"]);
    }

    private static void AssertHarmless(Finished run)
    {
        foreach (var rune in (run.Out + run.Error).EnumerateRunes())
        {
            var harmless =
                rune.Value == '\n'
                || Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.PrivateUse
                    );
            Assert.True(harmless, $"U+{rune.Value:x4} in {run.Out}{run.Error}");
        }
    }
}
