using System.Diagnostics;
using Holdfast.Cli.Tests.Faults;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>What is otherwise on a terminal, which the util-linux program <c>script</c> makes.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartCapturedAsync();
        await bench.PatchAsync(Workbench.Settings, """{"data":{"color":"red"}}""");
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [SkippableTheory]
    [InlineData("y", 0, "blue"), InlineData("n", 1, "red"), InlineData("", 1, "red")]
    public async Task A_restore_shows_its_plan_and_does_it_only_when_confirmed(string answer, int exit, string color)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "needs /usr/bin/script of util-linux");

        var run = await OnATerminalAsync("restore latest -n shop --existing replace", answer);

        Assert.Equal(exit, run.Exit);
        Assert.Contains("/data/color", run.Out);
        Assert.Contains("Apply this plan? [y/N]", run.Out);
        Assert.Contains("\e[", run.Out);
        Assert.Equal(color, (string?)(await bench.GetAsync(Workbench.Settings))!["data"]!["color"]);
    }

    [SkippableTheory]
    [InlineData("capture --full", true), InlineData("capture --full --quiet", false)]
    public async Task Work_that_takes_a_moment_shows_a_bar_unless_quiet(string line, bool bar)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "needs /usr/bin/script of util-linux");
        bench.Cluster.Inject(new("/secrets") { Delay = TimeSpan.FromSeconds(2), Times = 1 });

        var run = await OnATerminalAsync(line, "");

        Assert.True(run.Exit == 0, run.Out);
        Assert.Equal(bar, run.Out.Contains('━', StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_is_exported_as_stored_steers_no_terminal()
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "needs /usr/bin/script of util-linux");
        await using var server = await HostileServer.StartAsync([HostileServer.Item("shop", "\u202egnp\u200b")]);
        var kubeconfig = Path.Combine(bench.Holdfast.Home, "hostile");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        Assert.Equal(0, (await bench.RunAsync($"capture --kubeconfig {kubeconfig}")).Exit);

        var shown = await OnATerminalAsync("cat latest --cluster hostile --all -o ndjson", "");
        var piped = await bench.RunAsync("cat latest --cluster hostile --all -o ndjson");

        Assert.Contains("\\u202egnp\\u200b", shown.Out);
        Assert.DoesNotContain('\u202e', shown.Out);
        Assert.Contains("\u202egnp", piped.Out);
    }

    private async Task<Finished> OnATerminalAsync(string line, string answer)
    {
        var command = $"{HoldfastProgram.Executable} {line}";
        using var process = bench.Holdfast.Start(new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"]));
        await process.StandardInput.WriteLineAsync(answer);
        await process.StandardInput.FlushAsync();
        return await HoldfastProgram.FinishAsync(process);
    }
}
