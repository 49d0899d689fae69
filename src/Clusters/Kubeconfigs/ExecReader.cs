namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Reads a user's <c>exec</c> section.</summary>
internal static class ExecReader
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private const string V1Beta1 = "client.authentication.k8s.io/v1beta1";

    /// <summary>Null if it is invalid; the problems are reported.</summary>
    public static ExecSpec? Read(Section exec, string user, List<string> problems)
    {
        var before = problems.Count;
        var version = exec.Text("apiVersion");
        if (version is not (V1 or V1Beta1))
        {
            problems.Add(
                exec.Problem(
                    "apiVersion",
                    $"is {(version is null ? "missing" : $"'{version}'")}, but must be {V1} or {V1Beta1}. Generate the "
                        + "kubeconfig again with a current version of the plugin"
                )
            );
        }
        if (Command(exec) is not { } command)
            problems.Add(exec.Problem(null, "has no 'command'. Name the plugin's program"));
        else if (problems.Count == before)
            return Spec(exec, user, version!, command, problems);
        return null;
    }

    private static ExecSpec? Spec(Section exec, string user, string version, string command, List<string> problems)
    {
        var mode = exec.Text("interactiveMode");
        if (mode is null && version == V1)
            problems.Add(exec.Problem(null, $"has no 'interactiveMode', which {V1} requires. Add Never, IfAvailable or Always"));
        else if (mode is not (null or "Never" or "IfAvailable" or "Always"))
            problems.Add(exec.Problem("interactiveMode", "isn't one of Never, IfAvailable or Always"));
        else
            return new(
                user,
                version,
                command,
                exec.Texts("args"),
                Environment(exec),
                exec.Flag("provideClusterInfo"),
                Interaction(mode),
                exec.Text("installHint")
            );
        return null;
    }

    /// <summary>
    /// A bare name is looked up on the PATH; one with a separator is relative to the kubeconfig. One that isn't a file runs nothing.
    /// </summary>
    private static string? Command(Section exec) =>
        exec is { HasFolder: true }
        && exec.Text("command") is { } command
        && command.AsSpan().IndexOfAny('/', Path.DirectorySeparatorChar) >= 0
            ? exec.FilePath("command")
            : exec.Text("command");

    private static ExecInteraction Interaction(string? mode) =>
        mode switch
        {
            "Never" => ExecInteraction.Never,
            "Always" => ExecInteraction.Always,
            _ => ExecInteraction.IfAvailable,
        };

    private static KeyValuePair<string, string>[] Environment(Section exec) =>
        [.. exec.Inners("env").Select(e => KeyValuePair.Create(e.Text("name") ?? "", e.Text("value") ?? "")).Where(e => e.Key.Length > 0)];
}
