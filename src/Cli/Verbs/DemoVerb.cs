using System.CommandLine;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Demo;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Clusters.Connections;
using Holdfast.Machine.Files;
using Holdfast.Simulator;

namespace Holdfast.Cli.Verbs;

internal sealed class DemoVerb : Verb
{
    private readonly Option<string?> keep = new("--keep")
    {
        HelpName = "DIR",
        Description = "Where to leave the vault. Default: a new folder under the system's temporary one",
    };

    public DemoVerb()
        : base("demo", "Show everything on a simulated cluster: capture, accident, plan, restore, proof", "text", "json") => Add(keep);

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast demo", "Under a minute; needs no cluster"), new("holdfast demo --keep /tmp/look-around", "Leave the vault there")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var folder = Folder(invocation);
        var vault = Path.Combine(folder, "vault");
        var began = invocation.Time.GetTimestamp();
        invocation.WhenCancelled = $"the demo is not over; what it has made is in {folder}";
        var narration = Narrate(invocation);
        var result = await PlayAsync(invocation, vault, narration);
        var seconds = invocation.Time.GetElapsedTime(began).TotalSeconds;
        var equal = result.Differences.IsEmpty && result.Restored.Complete;
        if (invocation.Json)
            invocation.Screen.Json(Document(result, vault, equal, seconds), OutputJson.Plain.DemoDocument);
        else
            Close(narration, result, vault, equal, seconds);
        return equal ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<DemoResult> PlayAsync(Invocation invocation, string vault, Narration narration)
    {
        await using var cluster = await SimulatedCluster.StartAsync(new(), invocation.Cancellation);
        using var connection = new ClusterConnection(
            new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) },
            invocation.Time
        );
        var script = new DemoScript(cluster, connection, new FolderStore(vault, invocation.Time), narration, invocation.Time);
        return await script.PlayAsync(invocation.Cancellation);
    }

    private static Narration Narrate(Invocation invocation) =>
        invocation.Json
            ? new(invocation.Screen, invocation.Screen.Note, onTerminal: false)
            : new(invocation.Screen, invocation.Screen.Line, invocation.Screen.OutIsTerminal);

    private string Folder(Invocation invocation)
    {
        if (invocation.Get(keep) is not { } text)
            return Directory.CreateTempSubdirectory("holdfast-demo-").FullName;
        var folder = Path.GetFullPath(text);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new UsageException($"--keep '{folder}' is not an empty folder; name another one");
        OwnerOnly.CreateFolder(folder);
        return folder;
    }

    private static void Close(Narration narration, DemoResult result, string vault, bool equal, double seconds)
    {
        var ink = narration.Ink;
        narration.Line(
            equal
                ? $"{ink.Green(ink.Bold("equal"))}: the cluster is as it was, to the last field that isn't the server's own "
                    + $"({seconds:0.0} s for all of this)"
                : $"{ink.Red("not equal")}: see the differences above"
        );
        narration.Chapter("What to try next: the vault stays");
        var (program, quoted) = (ProgramName.Typed, vault.Contains(' ') ? $"'{vault}'" : vault);
        foreach (
            var line in (string[])
                ["points", "show latest", "cat latest deployment/web -n shop", $"diff {result.Before} {result.After}", "verify"]
        )
        {
            narration.Line($"  {program} {line} --vault {quoted}");
        }
        narration.Line($"  {program} clusters check   {ink.Dim("# and then: capture, with a cluster of your own")}");
    }

    private static DemoDocument Document(DemoResult result, string vault, bool equal, double seconds) =>
        new()
        {
            Vault = vault,
            Cluster = DemoScript.Name.ToString(),
            Before = result.Before.ToString(),
            After = result.After.ToString(),
            Restored = ReportText.AllCounts(result.Restored),
            Equal = equal,
            Seconds = Math.Round(seconds, 3),
        };
}
