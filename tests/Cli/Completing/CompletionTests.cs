using System.Diagnostics;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Completing;

/// <summary>What shells complete, asked of the shells themselves where they are installed; of bash always.</summary>
public sealed class CompletionTests(CompletionTests.Captured captured) : IClassFixture<CompletionTests.Captured>
{
    [Theory]
    [InlineData("holdfast po", "points policies")]
    [InlineData("holdfast clusters re", "remove")]
    [InlineData("holdfast hold ", "add remove")]
    [InlineData("holdfast points --pub", "--public-key")]
    [InlineData("holdfast points --output ", "json text")]
    [InlineData("holdfast points --output=j", "json")]
    [InlineData("holdfast plan latest --existing r", "recreate replace rollback")]
    [InlineData("holdfast completion ", "bash fish pwsh zsh")]
    [InlineData("holdfast show la", "latest")]
    [InlineData("holdfast points --cluster s", "simulator")]
    [InlineData("holdfast plan latest -n s", "shop")]
    [InlineData("holdfast cat latest conf", "configmap/")]
    [InlineData("holdfast cat latest cm/s", "cm/settings")]
    [InlineData("holdfast plan latest --kind sec", "secret")]
    [InlineData("holdfast --vault /nowhere cat latest conf", "")]
    [InlineData("holdfast frobnicate ", "")]
    public async Task Bash_completes(string line, string candidates)
    {
        var words = line.Split(' ')
            .SelectMany(w => w.StartsWith("--", StringComparison.Ordinal) ? w.Replace("=", "\n=\n").Split('\n') : [w]);
        var array = string.Join(' ', words.Select(w => $"'{w}'"));

        var run = await RunAsync(
            "bash",
            "--norc",
            "-c",
            $$"""source <(holdfast completion bash); COMP_WORDS=({{array}}); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _holdfast; """
                + """printf '%s\n' "${COMPREPLY[@]}" """
        );

        var completed = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(candidates, string.Join(' ', completed));
    }

    [Fact]
    public async Task Points_come_newest_first_with_what_they_are()
    {
        var run = await captured.Bench.Holdfast.RunAsync("complete", "--", "show", "");

        var lines = run.Out.TrimEnd().Split('\n');
        Assert.Equal("latest\tThe newest one", lines[0]);
        Assert.Matches(@"^\d{8}T\d{6}Z-[0-9a-f]{6}\t.+, \d{4}-\d\d-\d\d \d\d:\d\d, Succeeded$", lines[1]);
    }

    [Theory]
    [InlineData("points --public-key ", ":files")]
    [InlineData("demo --keep ", ":folders")]
    public async Task Files_and_folders_are_left_to_the_shell(string words, string directive)
    {
        var run = await captured.Bench.Holdfast.RunAsync(["complete", "--", .. words.Split(' ')]);

        Assert.Equal((0, directive + "\n"), (run.Exit, run.Out));
    }

    [Fact]
    public async Task Errors_are_silent()
    {
        captured.Bench.Holdfast.Variables["HOLDFAST_CONFIG"] = "/nowhere/config.yaml";
        var run = await captured.Bench.Holdfast.RunAsync("complete", "--", "show", "");
        captured.Bench.Holdfast.Variables.Remove("HOLDFAST_CONFIG");

        Assert.Equal((0, "", ""), (run.Exit, run.Out, run.Error));
    }

    [ShellFact("fish")]
    public async Task Fish_completes_with_descriptions()
    {
        var run = await RunAsync("fish", "--no-config", "-c", "holdfast completion fish | source; complete -C 'holdfast clusters re'");

        Assert.Equal("remove\tRemove a cluster's registration; its points stay\n", run.Out);
    }

    [ShellFact("zsh")]
    public async Task Zsh_completes_with_descriptions()
    {
        var run = await RunAsync(
            "zsh",
            "-f",
            "-c",
            """
            compdef() { : }; compadd() { : }; _describe() { print -rl -- "${(@P)4}" }
            source <(holdfast completion zsh); words=(holdfast clusters re); CURRENT=3; _holdfast
            """
        );

        Assert.Equal("remove:Remove a cluster's registration; its points stay\n", run.Out);
    }

    [ShellFact("pwsh")]
    public async Task PowerShell_completes()
    {
        var run = await RunAsync(
            "pwsh",
            "-NoProfile",
            "-Command",
            "holdfast completion pwsh | Out-String | Invoke-Expression; "
                + "(TabExpansion2 'holdfast clusters re' 20).CompletionMatches.CompletionText"
        );

        Assert.Equal("remove\n", run.Out);
    }

    [Fact]
    public async Task A_shell_without_completion_is_refused()
    {
        var run = await captured.Bench.RunAsync("completion tcsh");

        Assert.Equal(2, run.Exit);
        Assert.Contains("bash, zsh, fish, pwsh", run.Error);
    }

    private async Task<Finished> RunAsync(string shell, params string[] arguments)
    {
        var path = $"{Path.GetDirectoryName(HoldfastProgram.Executable)}:{Environment.GetEnvironmentVariable("PATH")}";
        captured.Bench.Holdfast.Variables["PATH"] = path;
        using var process = captured.Bench.Holdfast.Start(new ProcessStartInfo(shell, arguments));
        process.StandardInput.Close();
        return await HoldfastProgram.FinishAsync(process);
    }

    public sealed class Captured : IAsyncLifetime
    {
        public Workbench Bench { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Bench = await Workbench.StartCapturedAsync();
            Bench.Holdfast.Variables["HOLDFAST_COMPLETION_SECONDS"] = "60";
        }

        public async Task DisposeAsync() => await Bench.DisposeAsync();
    }
}
