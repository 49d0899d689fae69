using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class DiffTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartCapturedAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task An_untouched_cluster_equals_its_point()
    {
        var run = await bench.RunAsync("diff latest -o json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.True((bool)run.Json["equal"]!, run.Out);
        Assert.Equal("live", (string?)run.Json["after"]);
    }

    [Fact]
    public async Task What_has_changed_since_is_shown_field_by_field()
    {
        await ChangeAsync();

        var json = await bench.RunAsync("diff latest -n shop -o json");
        var text = await bench.RunAsync("diff latest -n shop");

        Assert.Equal((0, false), (json.Exit, (bool)json.Json["equal"]!));
        Assert.Equal(
            ["added configmaps/extra", "changed configmaps/settings", "removed secrets/db"],
            json.Json["changes"]!.AsArray().Select(c => $"{c!["change"]} {c["resource"]}/{c["name"]}").Order()
        );
        var field = json.Json["changes"]!.AsArray().Single(c => (string?)c!["change"] == "changed")!["diff"]!.AsArray().Single()!;
        Assert.Equal(("/data/color", "\"blue\"", "\"red\""), ((string?)field["path"], (string?)field["before"], (string?)field["after"]));
        Assert.Contains("~ /data/color: \"blue\" -> \"red\"", text.Out);
        Assert.Contains("1 added, 1 removed, 1 changed", text.Out);
    }

    [Fact]
    public async Task Two_points_are_compared_without_a_cluster()
    {
        var before = (string)(await bench.RunAsync("points -o json")).Json[0]!["point"]!;
        await ChangeAsync();
        await bench.RunAsync("capture");
        bench.Holdfast.Variables.Remove("KUBECONFIG");

        var changed = await bench.RunAsync($"diff {before} latest -o json");
        var same = await bench.RunAsync($"diff {before} {before}");

        Assert.Equal(3, changed.Json["changes"]!.AsArray().Count);
        Assert.Equal((0, "equal\n"), (same.Exit, same.Out));
    }

    [Fact]
    public async Task A_difference_never_holds_a_secrets_value()
    {
        await bench.PatchAsync("/api/v1/namespaces/shop/secrets/db", """{"data":{"password":"c2VjcmV0Mg=="}}""");

        var run = await bench.RunAsync("diff latest -o json");

        Assert.Contains("/data/password", run.Out);
        Assert.DoesNotContain("aHVudGVyMg", run.Out);
        Assert.DoesNotContain("c2VjcmV0Mg", run.Out);
    }

    private async Task ChangeAsync()
    {
        await bench.PatchAsync(Workbench.Settings, """{"data":{"color":"red"}}""");
        await bench.CreateConfigAsync("extra", """{"a":"b"}""");
        await bench.DeleteAsync("/api/v1/namespaces/shop/secrets/db");
    }
}
