using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>The verbs that need a vault and no cluster.</summary>
public sealed class StoredPointTests : IAsyncLifetime, IDisposable
{
    private const string Settings =
        """{"apiVersion":"v1","kind":"Configmap","metadata":{"name":"settings","namespace":"shop"},"data":"""
        + """{"port":"8080","motd":"a\nb\n"}}""";
    private const string Elsewhere =
        """{"apiVersion":"v1","kind":"Configmap","metadata":{"name":"settings","namespace":"bank"},"data":{"port":"1"}}""";
    private const string Password =
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","namespace":"shop","annotations":"""
        + """{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"password\":\"aHVudGVyMg==\"}}"}},"data":"""
        + """{"password":"aHVudGVyMg=="}}""";
    private const string Shop = """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""";

    private readonly HoldfastProgram holdfast = new();
    private SealedPoint point = null!;

    public async Task InitializeAsync()
    {
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        point = await SamplePoint.WriteAsync(
            new FolderStore(holdfast.Vault, TimeProvider.System),
            [
                new("configmaps", "bank", Elsewhere),
                new("configmaps", "shop", Settings),
                new("namespaces", null, Shop),
                new("secrets", "shop", Password),
            ]
        );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task Points_are_listed_as_an_array()
    {
        var run = await holdfast.RunAsync("points", "-o", "json");

        var listed = Assert.Single(run.Json.AsArray())!;
        Assert.Equal((0, point.Id.ToString(), "prod"), (run.Exit, (string?)listed["point"], (string?)listed["cluster"]));
        Assert.Equal(("Succeeded", "4711", 4L), ((string?)listed["state"], (string?)listed["revision"], (long)listed["objects"]!));
    }

    [Fact]
    public async Task Points_are_listed_as_a_table()
    {
        var run = await holdfast.RunAsync("points");

        var lines = run.Out.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal(lines[0].IndexOf("STATE", StringComparison.Ordinal), lines[1].IndexOf("Succeeded", StringComparison.Ordinal));
        Assert.DoesNotContain('\e', run.Out);
    }

    [Theory]
    [InlineData("latest"), InlineData("20261122")]
    public async Task Show_lists_types_namespaces_and_gaps(string text)
    {
        var run = await holdfast.RunAsync("show", text, "-o", "json");

        Assert.Equal(0, run.Exit);
        Assert.Equal(point.Id.ToString(), (string?)run.Json["point"]!["point"]);
        Assert.Equal(["configmaps", "namespaces", "secrets"], run.Json["types"]!.AsArray().Select(t => (string?)t!["resource"]));
        Assert.Equal([null, "bank", "shop"], run.Json["namespaces"]!.AsArray().Select(n => (string?)n!["namespace"]));
        Assert.Empty(run.Json["gaps"]!.AsArray());
    }

    [Fact]
    public async Task Show_as_text_names_the_point_and_its_types()
    {
        var run = await holdfast.RunAsync("show", "latest");

        Assert.Equal(0, run.Exit);
        Assert.Contains(point.Id.ToString(), run.Out);
        Assert.Contains("configmaps", run.Out);
    }

    [Fact]
    public async Task Cat_prints_one_object_as_yaml()
    {
        var run = await holdfast.RunAsync("cat", "latest", "cm/settings", "-n", "shop");

        Assert.Equal(0, run.Exit);
        Assert.Contains("  name: settings\n  namespace: shop\n", run.Out);
        Assert.Contains("port: \"8080\"\n", run.Out);
        Assert.Contains("motd: |\n    a\n    b\n", run.Out);
    }

    [Theory]
    [InlineData("configmap/settings"), InlineData("configmaps/settings"), InlineData("ConfigMap/settings")]
    public async Task Cat_prints_one_object_as_json(string subject)
    {
        var run = await holdfast.RunAsync("cat", "latest", subject, "-n", "bank", "-o", "json");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Elsewhere), run.Json), run.Out);
    }

    [Fact]
    public async Task Cat_prints_several_objects_as_a_list()
    {
        var run = await holdfast.RunAsync("cat", "latest", "cm/settings", "-o", "json");

        Assert.Equal("List", (string?)run.Json["kind"]);
        Assert.Equal(["bank", "shop"], run.Json["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["namespace"]));
    }

    [Fact]
    public async Task Cat_all_as_ndjson_prints_every_manifest_exactly_as_stored()
    {
        var run = await holdfast.RunAsync("cat", "latest", "--all", "-o", "ndjson");

        Assert.Equal(0, run.Exit);
        Assert.Equal(new[] { Elsewhere, Settings, Shop, Password }.Order(), run.Out.TrimEnd('\n').Split('\n').Order());
    }

    [Theory]
    [InlineData("yaml"), InlineData("json"), InlineData("ndjson")]
    public async Task Cat_of_a_secret_prints_digests_for_values(string format)
    {
        var run = await holdfast.RunAsync("cat", "latest", "secret/db", "-n", "shop", "-o", format);

        Assert.Equal(0, run.Exit);
        Assert.DoesNotContain("aHVudGVyMg", run.Out);
        Assert.Contains("<redacted sha256:", run.Out);
    }

    [Fact]
    public async Task Cat_of_a_secret_prints_values_on_request()
    {
        var run = await holdfast.RunAsync("cat", "latest", "secret/db", "--show-secrets", "-o", "json");

        Assert.Equal("aHVudGVyMg==", (string?)run.Json["data"]!["password"]);
    }

    [Fact]
    public async Task Cat_all_as_yaml_redacts_secrets()
    {
        var run = await holdfast.RunAsync("cat", "latest", "--all");

        Assert.Equal(3, run.Out.Split("---\n").Length - 1);
        Assert.DoesNotContain("aHVudGVyMg", run.Out);
    }

    [Theory]
    [InlineData("cat latest cm/absent", "holds no cm/absent")]
    [InlineData("cat latest cm/settings -n nowhere", "in nowhere")]
    [InlineData("cat latest gadget/x", "no kind 'gadget'")]
    [InlineData("show 20250101", "20250101")]
    [InlineData("show latest --cluster other", "other")]
    [InlineData("verify --cluster other", "nothing of cluster other; it holds prod")]
    public async Task What_is_not_there_is_named_and_exits_with_1(string line, string named)
    {
        var run = await holdfast.RunAsync(line.Split(' '));

        Assert.Equal(1, run.Exit);
        Assert.Contains(named, run.Error);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Verify_proves_a_whole_vault()
    {
        var run = await holdfast.RunAsync("verify", "-o", "json");

        Assert.Equal((0, true, 1), (run.Exit, (bool)run.Json["intact"]!, (int)run.Json["points"]!));
        Assert.Empty(run.Json["findings"]!.AsArray());
    }

    [Fact]
    public async Task Verify_names_damage_and_exits_with_4()
    {
        FlipAByteOfThePack();

        var all = await holdfast.RunAsync("verify", "-o", "json");
        var one = await holdfast.RunAsync("verify", "latest");

        Assert.Equal((4, 4), (all.Exit, one.Exit));
        Assert.False((bool)all.Json["intact"]!);
        Assert.Contains(
            all.Json["findings"]!.AsArray(),
            f => (bool)f!["damage"]! && ((string)f["path"]!).Contains("/packs/", StringComparison.Ordinal)
        );
        Assert.Contains("damaged", one.Out);
    }

    [Fact]
    public async Task Reading_damage_exits_with_4_and_releases_nothing_of_it()
    {
        FlipAByteOfThePack();

        var run = await holdfast.RunAsync("cat", "latest", "--all", "-o", "ndjson");

        Assert.Equal(4, run.Exit);
        Assert.All(
            run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Contains(line, new[] { Elsewhere, Settings, Shop, Password })
        );
        Assert.Contains("holdfast verify", run.Error);
    }

    private void FlipAByteOfThePack()
    {
        var pack = Directory.EnumerateFiles(holdfast.Vault, "*.ndjson.gz", SearchOption.AllDirectories).Single();
        File.SetAttributes(pack, FileAttributes.Normal);
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
    }
}
