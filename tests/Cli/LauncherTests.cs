using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests;

public sealed class LauncherTests : IDisposable
{
    private readonly Launcher launcher = new();

    public void Dispose() => launcher.Dispose();

    [Fact]
    public async Task It_builds_once_says_so_on_stderr_and_passes_arguments_and_exit_code_through()
    {
        launcher.InstallSdk();

        var first = await launcher.RunAsync(launcher.At("holdfast"), "cat", "a b", "--all");
        var second = await launcher.RunAsync(launcher.At("holdfast"));

        Assert.Equal((7, "ran cat a b --all\n"), (first.Exit, first.Out));
        Assert.StartsWith("holdfast: building", first.Error);
        Assert.Equal((7, "ran \n", ""), (second.Exit, second.Out, second.Error));
        Assert.Equal(1, launcher.Builds);
    }

    [Fact]
    public async Task It_works_through_a_link_and_from_any_folder()
    {
        launcher.InstallSdk();
        File.CreateSymbolicLink(launcher.At("elsewhere/hf"), launcher.At("holdfast"));

        var run = await launcher.RunAsync(launcher.At("elsewhere/hf"), "points");

        Assert.Equal((7, "ran points\n"), (run.Exit, run.Out));
        Assert.True(Directory.Exists(launcher.At("artifacts/holdfast")));
    }

    [Fact]
    public async Task A_source_that_is_newer_than_the_build_is_built()
    {
        launcher.InstallSdk();
        await launcher.RunAsync(launcher.At("holdfast"));
        File.SetLastWriteTimeUtc(launcher.Source, File.GetLastWriteTimeUtc(launcher.At("artifacts/holdfast/.built")).AddSeconds(1));

        await launcher.RunAsync(launcher.At("holdfast"));

        Assert.Equal(2, launcher.Builds);
    }

    [Fact]
    public async Task Two_at_once_build_once()
    {
        launcher.InstallSdk();

        var runs = await Task.WhenAll(launcher.RunAsync(launcher.At("holdfast")), launcher.RunAsync(launcher.At("holdfast")));

        Assert.All(runs, r => Assert.Equal(7, r.Exit));
        Assert.Equal(1, launcher.Builds);
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_log_and_exits_with_1()
    {
        launcher.InstallSdk("echo 'Program.cs(1,1): error CS0001: broken'; exit 1");

        var run = await launcher.RunAsync(launcher.At("holdfast"));

        Assert.Equal((1, ""), (run.Exit, run.Out));
        Assert.Contains("error CS0001: broken", run.Error);
        Assert.Contains("the build failed", run.Error);
    }

    [Theory]
    [InlineData("*PublishAot*", 2)]
    [InlineData("*PublishAot*|*ReadyToRun*", 3)]
    public async Task Where_native_or_ahead_of_time_code_can_not_be_made_it_builds_without(string impossible, int builds)
    {
        launcher.InstallSdk(
            $$"""
            case "$*" in {{impossible}}) echo "error NU1101: no such package"; exit 1;; esac
            mkdir -p "$output"; printf '#!/bin/sh\nexit 7\n' > "$output/holdfast"; chmod +x "$output/holdfast"
            """
        );

        var run = await launcher.RunAsync(launcher.At("holdfast"));

        Assert.Equal((7, builds), (run.Exit, launcher.Builds));
    }

    [Fact]
    public async Task The_service_is_built_only_for_those_who_serve()
    {
        launcher.InstallSdk(
            """
            mkdir -p "$output"
            printf '#!/bin/sh\necho "ran $* with ${HOLDFAST_APP##*/artifacts/}"\nexit 7\n' > "$output/holdfast"; chmod +x "$output/holdfast"
            """
        );

        var points = await launcher.RunAsync(launcher.At("holdfast"), "points");
        var builds = launcher.Builds;
        var serve = await launcher.RunAsync(launcher.At("holdfast"), "serve", "--port", "0");

        Assert.Equal(("ran points with \n", 1), (points.Out, builds));
        Assert.Equal((7, "ran serve --port 0 with holdfast-app/holdfast-app\n", 2), (serve.Exit, serve.Out, launcher.Builds));
    }

    [Fact]
    public async Task Without_an_sdk_it_says_what_to_install()
    {
        var run = await launcher.RunAsync(launcher.At("holdfast"));

        Assert.Equal(1, run.Exit);
        Assert.Contains(".NET SDK 10 is needed", run.Error);
    }
}
