using System.CommandLine;
using System.Text;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Invoking;

/// <summary>What the program says, whole: sentences.txt beside this file. Other tests assert codes and names.</summary>
public sealed class SentencesTests : IDisposable
{
    private static readonly string[] Wrong =
    [
        "frobnicate",
        "clusters",
        "clusters frob",
        "points --frob",
        "points surplus",
        "points",
        "points --vault /nowhere/at/all",
        "points --vault ftp://host/x",
        "points --vault . --cluster ../etc",
        "points --vault . --cluster Prod",
        "points --vault . -o yaml",
        "show",
        "cat latest --vault .",
        "cat latest --vault . --all pods/web",
        "cat latest --vault . /web",
        "plan latest --vault . --existing destroy",
        "plan latest --vault . --volumes none",
        "plan latest --vault . --map-storage-class fast",
        "plan latest --vault . --map-storage-class fast=quick --map-storage-class fast=slow",
        "plan latest --vault . --map-namespace shop",
        "plan latest --vault . --map-namespace shop=a --map-namespace shop=b",
        "restore --vault .",
        "restore latest --resume 0123456789ab --vault .",
        "restore latest --vault .",
        "restore --plan nothing.json --vault .",
        "restore --plan x.json -n shop --vault .",
        "restore --resume ../../../etc",
        "restore --resume 0123456789ab",
        "capture --vault . --keep-until tomorrow",
        "capture --vault . --keep-until 2001-01-01",
        "capture --vault . -n Shop",
        "capture --vault . --exclude-resource Deployment",
        "capture --vault . -l app==,,",
        "capture --vault . --expect-absent Metrics!",
        "clusters check --auth magic",
    ];

    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task Help_and_errors_of_the_command_line_read_as_the_golden_file_has_them()
    {
        var text = new StringBuilder();
        foreach (var verb in Verbs(CommandLine.Whole().Root, ""))
            await AppendAsync(text, $"{verb} --help".TrimStart());
        foreach (var line in Wrong)
            await AppendAsync(text, line);

        GoldenFile.Check(text.ToString(), "sentences.txt");
    }

    private async Task AppendAsync(StringBuilder text, string line)
    {
        var run = await holdfast.RunAsync(line.Split(' '));
        text.Append($"$ holdfast {line}\n{run.Out}{run.Error}exit {run.Exit}\n\n".Replace(holdfast.Home, "HOME", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Verbs(Command command, string path) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(c => Verbs(c, $"{path} {c.Name}".TrimStart())).Prepend(path);
}
