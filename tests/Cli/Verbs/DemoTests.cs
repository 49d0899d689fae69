using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class DemoTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task The_demo_ends_equal_and_every_command_that_it_suggests_for_its_vault_works()
    {
        var folder = Path.Combine(holdfast.Home, "kept");

        var demo = await holdfast.RunAsync("demo", "--keep", folder);

        Assert.True(demo.Exit == 0, demo.Out + demo.Error);
        Assert.Contains("- /data/try-this: \"maybe\"", demo.Out);
        Assert.Contains("equal: the cluster is as it was", demo.Out);
        Assert.DoesNotContain('\e', demo.Out);
        var suggested = demo
            .Out.Split('\n')
            .Where(l => l.StartsWith("  holdfast ", StringComparison.Ordinal) && l.Contains("--vault", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(5, suggested.Count);
        foreach (var line in suggested)
            Assert.Equal((0, line), ((await holdfast.RunAsync(line.Trim().Split(' ')[1..])).Exit, line));
    }

    [Fact]
    public async Task The_demo_as_json_keeps_its_story_to_stderr()
    {
        var demo = await holdfast.RunAsync("demo", "--keep", Path.Combine(holdfast.Home, "kept"), "-o", "json");

        Assert.True(demo.Exit == 0, demo.Out + demo.Error);
        Assert.True((bool)demo.Json["equal"]!);
        Assert.True((int)demo.Json["restored"]!["created"]! > 10);
        Assert.Equal(1, (int)demo.Json["restored"]!["replaced"]!);
        Assert.Contains("The accident", demo.Error);
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_not_used()
    {
        File.WriteAllText(Path.Combine(holdfast.Home, "mine"), "");

        var demo = await holdfast.RunAsync("demo", "--keep", holdfast.Home);

        Assert.Equal(2, demo.Exit);
    }
}
