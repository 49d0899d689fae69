using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>The real program as a process, with folders of its own; its vault is in one of them.</summary>
internal sealed class HoldfastCommand : IDisposable
{
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("holdfast-cli-");

    public string Vault => Path.Combine(home.FullName, "vault");

    public string InHome(string file) => Path.Combine(home.FullName, file);

    /// <summary>The outcomes of a run so far: written line by line as they come.</summary>
    public string OutcomesOf(string run) => Path.Combine(home.FullName, "holdfast", "runs", run, "outcomes.ndjson");

    public void Dispose()
    {
        // A vault's blobs are read-only.
        foreach (var file in home.EnumerateFiles("*", SearchOption.AllDirectories))
            file.IsReadOnly = false;
        home.Delete(recursive: true);
    }

    public Process Start(string kubeconfig, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "holdfast"), arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOLDFAST_VAULT"] = Vault;
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["XDG_STATE_HOME"] = home.FullName;
        return Process.Start(start)!;
    }

    public async Task<HoldfastEnd> RunAsync(string kubeconfig, params string[] arguments)
    {
        using var process = Start(kubeconfig, arguments);
        return await EndAsync(process);
    }

    public static async Task<HoldfastEnd> EndAsync(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}

/// <summary>What an ended process left.</summary>
internal sealed record HoldfastEnd(int Exit, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output)!;
}
