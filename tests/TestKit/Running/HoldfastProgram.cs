using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Running;

/// <summary>The result of a finished process.</summary>
public sealed record Finished(int Exit, string Out, string Error)
{
    public JsonNode Json => JsonNode.Parse(Out)!;

    /// <summary>The last line of stderr: with <c>-o json</c> the error as an object.</summary>
    public JsonNode ErrorJson => JsonNode.Parse(Error.TrimEnd().Split('\n')[^1])!["error"]!;
}

/// <summary>
/// The real program as a process, with an environment and folders of its own: the one that <c>HOLDFAST_PROGRAM</c> names (what users run,
/// compiled to native code), else the development build.
/// </summary>
public sealed class HoldfastProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("holdfast-cli-");

    public HoldfastProgram() { }

    /// <summary>Configured for a cluster, and the vault in its home.</summary>
    public HoldfastProgram(string kubeconfig)
    {
        Variables["KUBECONFIG"] = kubeconfig;
        Variables["HOLDFAST_VAULT"] = Vault;
    }

    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_PROGRAM") is { Length: > 0 } given
            ? given
            : Path.Combine(AppContext.BaseDirectory, "holdfast");

    public string Home => home.FullName;

    /// <summary>A folder that doesn't exist yet.</summary>
    public string Vault => Path.Combine(Home, "vault");

    public string Runs => Path.Combine(Home, "state", "holdfast", "runs");

    /// <summary>The outcomes of a restore so far: written line by line as they come.</summary>
    public string OutcomesOf(string run) => Path.Combine(Runs, run, "outcomes.ndjson");

    public Dictionary<string, string> Variables { get; } = [];

    public void Dispose()
    {
        foreach (var file in home.EnumerateFiles("*", SearchOption.AllDirectories))
            file.IsReadOnly = false;
        home.Delete(recursive: true);
    }

    public async Task<Finished> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Runs a line as a user types it into a shell.</summary>
    public async Task<Finished> ShellAsync(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line]);
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Executable)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Start(start);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Starts it with its three streams redirected.</summary>
    public Process Start(params string[] arguments) => Start(new ProcessStartInfo(Executable, arguments));

    /// <summary>Starts any program in the same environment.</summary>
    public Process Start(ProcessStartInfo start)
    {
        (start.UseShellExecute, start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (
            false,
            true,
            true,
            true
        );
        start.WorkingDirectory = Home;
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToArray())
            start.Environment.Remove(name);
        start.Environment["HOME"] = Home;
        start.Environment["XDG_STATE_HOME"] = Path.Combine(Home, "state");
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Of this machine's user, which tests don't depend on.</summary>
    private static bool IsSetting(string variable) =>
        variable is "KUBECONFIG" or "AZURE_STORAGE_CONNECTION_STRING" or "XDG_CONFIG_HOME" or "XDG_CACHE_HOME"
        || variable.StartsWith("HOLDFAST_", StringComparison.Ordinal);

    public static async Task<Finished> FinishAsync(Process process)
    {
        var (stdout, stderr) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill();
            throw new TimeoutException(
                $"holdfast {string.Join(' ', process.StartInfo.ArgumentList)} did not end; stderr: {await stderr}",
                late
            );
        }
        return new(process.ExitCode, await stdout, await stderr);
    }
}
