using System.CommandLine;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Verbs;

namespace Holdfast.Cli;

/// <summary>
/// The whole command line as a tree. Only what the arguments name is made, since each process parses once and start-up time counts.
/// </summary>
internal sealed class CommandLine
{
    private static readonly (string Name, Func<Command> Make)[] AllVerbs =
    [
        ("capture", static () => new CaptureVerb()),
        ("points", static () => new PointsVerb()),
        ("show", static () => new ShowVerb()),
        ("cat", static () => new CatVerb()),
        ("diff", static () => new DiffVerb()),
        ("find", static () => new FindVerb()),
        ("history", static () => new HistoryVerb()),
        ("stats", static () => new StatsVerb()),
        ("plan", static () => new PlanVerb()),
        ("restore", static () => new RestoreVerb()),
        ("recovery", static () => new RecoveryVerbs()),
        ("transform", static () => new TransformVerbs()),
        ("verify", static () => new VerifyVerb()),
        ("retention", static () => new RetentionVerb()),
        ("prune", static () => new PruneVerb()),
        ("replicate", static () => new ReplicateVerb()),
        ("hold", static () => new HoldVerbs()),
        ("vault", static () => new VaultVerbs()),
        ("runs", static () => new RunsVerb()),
        ("clusters", static () => new ClustersVerbs()),
        ("policies", static () => new PoliciesVerbs()),
        ("config", static () => new ConfigVerbs()),
        ("notifications", static () => new NotificationsVerbs()),
        ("init", static () => new InitVerb()),
        ("serve", static () => new ServeVerb()),
        ("demo", static () => new DemoVerb()),
        ("doctor", static () => new DoctorVerb()),
        ("completion", static () => new CompletionVerb()),
        (CompleteVerb.VerbName, static () => new CompleteVerb()),
        (ManVerb.VerbName, static () => new ManVerb()),
        ("version", static () => new VersionVerb()),
    ];

    private CommandLine(IEnumerable<Command> verbs)
    {
        Root = new("Holdfast: recovery points of Kubernetes clusters, made and restored from outside them.");
        foreach (var option in Common.All)
            Root.Add(option);
        foreach (var verb in verbs)
            Root.Add(verb);
    }

    public CommonOptions Common { get; } = new();

    public RootCommand Root { get; }

    /// <summary>Everything there is, for help and for the test that compares docs/cli.md with it.</summary>
    public static CommandLine Whole() => new(AllVerbs.Select(v => v.Make()));

    /// <summary>
    /// The part that these arguments need: one verb when the first argument names it and it isn't about all of them, else all.
    /// </summary>
    public static CommandLine For(IReadOnlyList<string> arguments)
    {
        foreach (var (name, make) in AllVerbs)
        {
            if (arguments.Count > 0 && arguments[0] == name && name is not (CompleteVerb.VerbName or ManVerb.VerbName))
                return new([make()]);
        }
        return Whole();
    }
}
