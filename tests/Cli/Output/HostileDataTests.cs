using System.Globalization;
using System.Text;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Output;

/// <summary>Names, values and messages that would steer the terminal that shows them, through every verb.</summary>
public sealed class HostileDataTests : IAsyncLifetime
{
    private const string Hostile = "\\u001b[31m\\u001b]0;owned\\u0007\\u009b2J\\u007f\\u202e\\u2066\\u200b\\ufeff\\r\\nholdfast: restored\\u2028\\u061c";

    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        await bench.CreateAsync(
            "/api/v1/namespaces/shop/configmaps",
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"hostile","annotations":{"a":"{{{Hostile}}}"}},"data":{"k":"{{{Hostile}}}","plain":"{{{Hostile[..6]}}}"} }""");
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        await bench.PatchAsync("/api/v1/namespaces/shop/configmaps/hostile", $$$"""{"data":{"k":"x{{{Hostile}}}"} }""");
        await File.WriteAllTextAsync(Path.Combine(bench.Holdfast.Vault, "clusters", "\e[31mred\n\u202e"), "x");
        await File.WriteAllTextAsync(Path.Combine(Directory.GetDirectories(Path.Combine(bench.Holdfast.Vault, "clusters"))[0], "\e[31mred\n\u202e"), "x");
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("capture --full"), InlineData("capture --full -o json")]
    [InlineData("points"), InlineData("points -o json"), InlineData("show latest"), InlineData("show latest -o json")]
    [InlineData("cat latest configmap/hostile -n shop"), InlineData("cat latest configmap/hostile -n shop -o json"), InlineData("cat latest configmap/hostile -n shop -o ndjson")]
    [InlineData("cat latest --all"), InlineData("cat latest --all -o json")]
    [InlineData("diff latest -n shop"), InlineData("diff latest -n shop -o json")]
    [InlineData("plan latest -n shop --existing replace"), InlineData("plan latest -n shop --existing replace -o json")]
    [InlineData("restore latest -n shop --existing replace --yes"), InlineData("restore latest -n shop --existing replace --yes -o json")]
    [InlineData("verify"), InlineData("verify -o json"), InlineData("clusters check"), InlineData("version"), InlineData("demo"), InlineData("runs --help")]
    public async Task What_a_verb_prints_steers_no_terminal(string line) => AssertHarmless(await bench.RunAsync(line));

    [Theory]
    [InlineData("show"), InlineData("cat"), InlineData("diff"), InlineData("plan"), InlineData("verify"), InlineData("runs"), InlineData("nonsense\e[31m")]
    public async Task What_was_typed_is_told_without_being_obeyed(string verb)
    {
        var run = await bench.Holdfast.RunAsync(verb, "\e[31m\u009b\u202e\nholdfast: done", "--all", "--control", bench.Holdfast.Home);

        Assert.NotEqual(0, run.Exit);
        AssertHarmless(run);
    }

    [Theory]
    [InlineData("capture"), InlineData("capture -o json"), InlineData("plan latest"), InlineData("plan latest -o json"), InlineData("diff latest"), InlineData("clusters check"), InlineData("clusters check -o json")]
    public async Task What_a_server_says_steers_no_terminal(string line)
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(403, $$"""{"kind":"Status","status":"Failure","reason":"Forbidden","message":"{{Hostile}}","code":403}"""));
        var path = Path.Combine(bench.Holdfast.Home, "hostile");
        await File.WriteAllTextAsync(path, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: "a\u001b[31m\n", cluster: {server: "{{server.Url}}"} }]
            users: [{name: u, user: {token: t} }]
            contexts: [{name: "c\u202e", context: {cluster: "a\u001b[31m\n", user: u} }]
            current-context: "c\u202e"
            """);

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
        Assert.Equal(expected, lines.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!).Select(o => (string?)o["data"]?["k"]).Single(k => k is not null));
        Assert.Equal(expected, (string?)Holdfast.TestKit.Manifests.YamlManifests.Parse(yaml.Out).Single()["data"]!["k"]);
    }

    private static void AssertHarmless(Finished run)
    {
        foreach (var rune in (run.Out + run.Error).EnumerateRunes())
        {
            var harmless = rune.Value == '\n' || Rune.GetUnicodeCategory(rune) is not
                (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
            Assert.True(harmless, $"U+{rune.Value:x4} in {run.Out}{run.Error}");
        }
    }
}
