using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>What several points say together: which there are, in which an object is, what they take.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private Workbench bench = null!;
    private string cluster = "";
    private string[] points = [];

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartCapturedAsync();
        await bench.PatchAsync(Workbench.Settings, """{"data":{"color":"red"}}""");
        await bench.PatchAsync("/api/v1/namespaces/shop/secrets/db", """{"data":{"password":"b3RoZXI="}}""");
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        await bench.DeleteAsync(Workbench.Settings);
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        var listed = (await bench.RunAsync("points -o json")).Json.AsArray();
        points = [.. listed.Select(p => (string)p!["point"]!)];
        cluster = (string)listed[0]!["cluster"]!;
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Find_says_in_which_points_an_object_is_and_where_it_changed()
    {
        var found = await bench.RunAsync("find cm/settings -n shop -o json");

        Assert.Equal(0, found.Exit);
        Assert.Equal(
            [("added", points[0]), ("changed", points[1]), ("removed", points[2])],
            found.Json[0]!["versions"]!.AsArray().Select(v => ((string)v!["change"]!, (string)v["first"]!))
        );
        Assert.Contains(points[1], (await bench.RunAsync("find cm/settings")).Out);
    }

    [Fact]
    public async Task History_shows_what_changed_and_no_value_of_a_secret()
    {
        var settings = await bench.RunAsync("history configmap/settings");
        var secret = await bench.RunAsync("history secret/db -o json");

        Assert.Contains("/data/color: \"blue\" -> \"red\"", settings.Out, StringComparison.Ordinal);
        Assert.Equal(["/data/password"], secret.Json[0]!["versions"]![1]!["diff"]!.AsArray().Select(d => (string)d!["path"]!));
        Assert.DoesNotContain("aHVudGVyMg", secret.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("b3RoZXI", secret.Out, StringComparison.Ordinal);
    }

    [Theory]
    [
        InlineData("find unicorn/x", 1),
        InlineData("find cm/nothing", 1),
        InlineData("find cm", 2),
        InlineData("find cm/settings --since yesterday", 2),
        InlineData("find cm/settings --policy A!", 2),
        InlineData("history cm/settings --until 2001-01-01", 1)
    ]
    public async Task What_is_not_there_or_can_not_be_meant_is_an_error(string line, int exit) =>
        Assert.Equal(exit, (await bench.RunAsync(line)).Exit);

    [Fact]
    public async Task Points_are_chosen_by_time_policy_and_namespace()
    {
        Assert.Equal(3, (await bench.RunAsync("points --since 1h -n shop -o json")).Json.AsArray().Count);
        Assert.Empty((await bench.RunAsync("points --until 2001-01-01 -o json")).Json.AsArray());
        Assert.Empty((await bench.RunAsync("points --policy nightly -o json")).Json.AsArray());
        Assert.Empty((await bench.RunAsync("points -n bank -o json")).Json.AsArray());
    }

    [Fact]
    public async Task A_point_that_was_listed_once_and_is_gone_is_missed()
    {
        var folder = Path.Combine(bench.Holdfast.Vault, "clusters", cluster, "points", points[2]);
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);

        var listed = await bench.RunAsync("points -o json");

        Assert.Equal((4, 2), (listed.Exit, listed.Json.AsArray().Count));
        Assert.Contains(points[2], listed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cache_is_its_owners_alone_and_holds_no_secret()
    {
        var cache = Path.Combine(bench.Holdfast.Home, ".cache", "holdfast");
        var files = Directory.GetFiles(cache, "*", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(
            files,
            file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite))
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(cache));
        Directory.Delete(cache, recursive: true);
        Assert.Equal(3, (await bench.RunAsync("points -o json")).Json.AsArray().Count);
    }

    [Fact]
    public async Task Stats_say_what_points_take_share_and_what_retention_would_free()
    {
        var stats = await bench.RunAsync("stats --keep-last 1 -o json");

        Assert.Equal(0, stats.Exit);
        var of = stats.Json[0]!;
        Assert.Equal((3, 2), ((int)of["points"]!, (int)of["freed"]!["expiring"]!));
        Assert.True((long)of["pointBytes"]! > (long)of["content"]!["raw"]!);
        Assert.InRange((long)of["shared"]!["raw"]!, 1, (long)of["content"]!["raw"]! - 1);
        Assert.Contains("shop", of["namespaces"]!.AsArray().Select(n => (string)n!["name"]!));
        Assert.Contains("shop", (await bench.RunAsync("stats")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspicious_change_is_a_warning_of_the_capture()
    {
        await bench.CreateAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"own"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"eve"}]}
            """
        );

        var capture = await bench.RunAsync("capture -o json");

        Assert.Equal(0, capture.Exit);
        Assert.Equal("ClusterAdmin", (string)Assert.Single(capture.Json["suspicious"]!.AsArray())!["kind"]!);
        Assert.Contains("eve", capture.Error, StringComparison.Ordinal);
    }
}
