using System.CommandLine;
using System.Diagnostics;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Manuals;
using Holdfast.Cli.Tests.Completing;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Manuals;

public sealed class ManualPagesTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public void There_is_a_page_for_the_program_and_for_each_verb_with_every_option_of_its_help()
    {
        var line = CommandLine.Whole();
        var pages = ManualPages.Of(line.Root, "0.0.0").ToDictionary(p => p.File, p => p.Text);
        var verbs = Verbs(line.Root, "holdfast").ToArray();

        Assert.Equal(verbs.Select(v => $"{v.Name}.1").Append("holdfast.1").Order(), pages.Keys.Order());
        foreach (var (name, verb) in verbs)
        foreach (var option in verb.Options.Concat(line.Common.All).SelectMany(o => o.Aliases.Append(o.Name)))
            Assert.Contains(option.Replace("-", "\\-"), pages[$"{name}.1"]);
    }

    [ShellFact("groff")]
    public async Task Groff_sets_every_page_without_a_warning_and_shows_what_was_written()
    {
        var written = await holdfast.RunAsync("man", "--out", "pages");
        Assert.True(written.Exit == 0, written.Error);
        var pages = Directory.GetFiles(Path.Combine(holdfast.Home, "pages"));

        var set = await RunAsync("groff", ["-man", "-ww", "-Tutf8", "-P-cbou", .. pages]);

        Assert.Equal((0, ""), (set.Exit, set.Error));
        Assert.Contains("jq -r '.data.password | @base64d'", set.Out);
        Assert.Contains("holdfast-capture - Capture the cluster into a new recovery point", set.Out);
    }

    private static IEnumerable<(string Name, Verb Verb)> Verbs(Command command, string path) =>
        command
            .Subcommands.Where(c => !c.Hidden)
            .SelectMany(c => Verbs(c, $"{path}-{c.Name}").Concat(c is Verb verb ? [($"{path}-{c.Name}", verb)] : []));

    private async Task<Finished> RunAsync(string program, string[] arguments)
    {
        using var process = holdfast.Start(new ProcessStartInfo(program, arguments));
        process.StandardInput.Close();
        return await HoldfastProgram.FinishAsync(process);
    }
}
