using System.Text;
using Holdfast.Archive.Format;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>No name, whoever gives it, leads out of its place in the vault.</summary>
public sealed class HostileNameTests : IDisposable
{
    private static readonly string[] Names =
    [
        "",
        ".",
        "..",
        "../../../../../../../../tmp/holdfast-escaped",
        "/tmp/holdfast-escaped",
        "..\\..\\windows",
        "C:\\escaped",
        "a/b",
        "a/../b",
        "%2e%2e%2f",
        "~",
        "-rf",
        "$(id)",
        "`id`",
        "nul\0nul",
        "line\nline",
        "\e[31mred\e[0m",
        "ünïcödé-名前-🎉",
        "\u202Egnp.exe",
        "CON",
        "holdfast.json",
        "seal.json",
        new string('n', 253),
        new string('л', 253),
        new string('.', 253),
        "\"quoted\\\"",
        "{}",
        "]",
    ];

    private readonly HoldfastProgram holdfast = new();

    public HostileNameTests() => holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;

    public void Dispose() => holdfast.Dispose();

    [Theory]
    [
        InlineData(".."),
        InlineData("../other"),
        InlineData("/etc"),
        InlineData("a/b"),
        InlineData("a\\b"),
        InlineData("ünïcode"),
        InlineData("a.b"),
        InlineData("A"),
        InlineData("a-"),
        InlineData("a\n")
    ]
    [InlineData("%2e%2e"), InlineData("~"), InlineData("a b"), InlineData(""), InlineData("名前")]
    public async Task A_cluster_name_that_is_no_dns_label_is_refused_by_every_verb_that_takes_it(string name)
    {
        foreach (var verb in (string[])["capture", "points", "verify"])
        {
            var run = await holdfast.RunAsync(verb, "--cluster", name);

            Assert.Equal(2, run.Exit);
            Assert.Contains("can't name a cluster", run.Error);
        }
        Assert.False(Directory.Exists(holdfast.Vault));
    }

    [Fact]
    public async Task A_cluster_name_of_253_characters_is_refused() =>
        Assert.Equal(2, (await holdfast.RunAsync("capture", "--cluster", new string('n', 253))).Exit);

    [Fact]
    public async Task Whatever_namespaces_and_names_an_api_server_lists_stay_in_their_cluster_s_folder_and_read_back_as_they_were()
    {
        var items = (
            from ns in Names.Skip(1).Order(StringComparer.Ordinal)
            from name in Names
            select HostileServer.Item(ns, name)
        ).ToList();
        items.Insert(0, HostileServer.Item("\u0001", "pretty").Replace("{", "{\r\n  ", StringComparison.Ordinal));
        await using var server = await HostileServer.StartAsync(items);
        holdfast.Variables["KUBECONFIG"] = Path.Combine(holdfast.Home, "kubeconfig");
        await File.WriteAllTextAsync(holdfast.Variables["KUBECONFIG"], server.Kubeconfig);

        var capture = await holdfast.RunAsync("capture", "-o", "json");

        Assert.True(capture.Exit == 0, capture.Out + capture.Error);
        Assert.Equal("hostile", (string?)capture.Json["cluster"]);
        AssertPlaces();
        var point = Assert.Single(await new FolderVault(holdfast.Vault).WholePointsAsync(ClusterName.Parse("hostile")));
        var stored = await new FolderVault(holdfast.Vault).ReadAsync(ClusterName.Parse("hostile"), point.Id);
        Assert.Equal(items.Select(AsStored), stored.Select(Encoding.UTF8.GetString));
        await AssertReadBackAsync(items);
    }

    [Fact]
    public async Task A_name_that_is_no_unicode_is_a_gap_or_kept_and_no_crash()
    {
        const string lone = """{"metadata":{"name":"\ud800","namespace":"\udfff","uid":"u","resourceVersion":"7"}}""";
        await using var server = await HostileServer.StartAsync([lone]);
        holdfast.Variables["KUBECONFIG"] = Path.Combine(holdfast.Home, "kubeconfig");
        await File.WriteAllTextAsync(holdfast.Variables["KUBECONFIG"], server.Kubeconfig);

        var capture = await holdfast.RunAsync("capture", "-o", "json");

        Assert.DoesNotContain("bug", capture.Error);
        Assert.True(capture.Exit is 1 or 3, capture.Out + capture.Error);
        Assert.Contains("configmaps", capture.Out + capture.Error);
        AssertPlaces();
    }

    private void AssertPlaces()
    {
        var vault = new FolderVault(holdfast.Vault);
        Assert.All(
            vault.Blobs.Select(vault.PathOf),
            path => Assert.Matches(@"^(holdfast\.json|clusters/hostile/(packs|points)/[0-9A-Za-z./-]+)$", path)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(holdfast.Home).Select(Path.GetFileName).Except(["kubeconfig", "vault"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetTempPath(), "holdfast-escaped*"));
    }

    /// <summary>Through the verbs that a user has for it.</summary>
    private async Task AssertReadBackAsync(List<string> items)
    {
        var cat = await holdfast.RunAsync("cat", "latest", "--all", "-o", "ndjson");
        var one = await holdfast.RunAsync("cat", "latest", "configmaps/..", "--namespace=a/../b", "-o", "json");
        var verify = await holdfast.RunAsync("verify");

        Assert.Equal((0, 0, 0), (cat.Exit, one.Exit, verify.Exit));
        Assert.Equal(items.Select(AsStored), cat.Out.TrimEnd('\n').Split('\n'));
        Assert.Equal("..", (string?)one.Json["metadata"]!["name"]);
        Assert.DoesNotContain('\e', (await holdfast.RunAsync("show", "latest")).Out);
    }

    private static string AsStored(string item)
    {
        var stored = item.Replace("\r\n", "", StringComparison.Ordinal);
        return stored[..1] + "\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," + stored[1..];
    }
}
