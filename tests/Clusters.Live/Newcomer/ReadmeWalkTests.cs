using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.Newcomer;

/// <summary>
/// The README's commands for a service on one machine, as they are written there, then those of docs/api.md for a restore: by someone who
/// has a kubeconfig and has read nothing else.
/// </summary>
[Collection(LiveClusterCollection.Name)]
public sealed partial class ReadmeWalkTests(LiveClusterFixture live) : IDisposable
{
    private const string Serve = "./holdfast serve";
    private const string Settings =
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"color":"blue"}}""";

    private readonly HoldfastProgram holdfast = new();
    private readonly ConcurrentQueue<string?> said = new();
    private readonly TaskCompletionSource<string> serving = new();

    private Process? service;

    private string Control => Path.Combine(holdfast.Home, ".local", "state", "holdfast", "app", "control");

    [SkippableFact]
    public async Task A_cluster_is_added_captured_on_schedule_and_on_demand_and_a_lost_namespace_restored()
    {
        await InstallAsync();
        var (before, after) = Parted(BlockOf("README.md", Serve), Serve);
        await ShellAsync(before);
        await MissLastNightAsync();
        await ServeAsync(before);
        await UntilAsync(1, r => (string?)r["policy"] == "nightly");
        var capture = Parted(await OnPortAsync(after), "api /restores").Above;
        await ShellAsync(capture);
        await UntilAsync(1, r => (string?)r["kind"] == "Capture");
        await live.Cluster.KubectlAsync(["delete", "namespace", "shop"]);

        await ShellAsync(Parted(capture, "api /captures").Above + LineOf(after, "api /restores"));
        await UntilAsync(1, r => (string?)r["kind"] == "Restore");
        Assert.Equal("blue", await ColorAsync());
        await live.Cluster.KubectlAsync(["patch", "-n", "shop", "configmap", "settings", "-p", """{"data":{"color":"red"}}"""]);
        await ShellAsync("token=$(cat ~/.local/state/holdfast/app/token)\n" + await OnPortAsync(BlockOf("docs/api.md", "api /restores")));
        await UntilAsync(2, r => (string?)r["kind"] == "Restore");
        Assert.Equal("blue", await ColorAsync());

        await ShellAsync("./holdfast verify --vault ~/.local/state/holdfast/app/vault");
        await Signals.SendAsync(service!, "TERM");
        await service!.WaitForExitAsync();
        Assert.Equal(0, service.ExitCode);
        await live.Cluster.KubectlAsync(["delete", "namespace", "shop"]);
    }

    public void Dispose()
    {
        if (service is { HasExited: false })
            service.Kill();
        service?.WaitForExit();
        service?.Dispose();
        holdfast.Dispose();
    }

    /// <summary>The program lies in the checkout, and the kubeconfig where kubectl keeps it.</summary>
    private async Task InstallAsync()
    {
        await live.Cluster.KubectlAsync(["create", "namespace", "shop"]);
        await live.Cluster.KubectlAsync(["apply", "-f", "-"], Settings);
        Directory.CreateDirectory(Path.Combine(holdfast.Home, ".kube"));
        await File.WriteAllTextAsync(
            Path.Combine(holdfast.Home, ".kube", "config"),
            await live.Cluster.KubectlAsync(["config", "view", "--raw", "--flatten"])
        );
        File.CreateSymbolicLink(Path.Combine(holdfast.Home, "holdfast"), HoldfastProgram.Executable);
        holdfast.Variables["XDG_STATE_HOME"] = "";
        holdfast.Variables["HOLDFAST_PORT"] = "0";
        holdfast.Variables["HOLDFAST_APP"] = Path.Combine(AppContext.BaseDirectory, "holdfast-app");
    }

    /// <summary>As a service leaves it that last ran the day before yesterday: a run that was missed is due at once.</summary>
    private async Task MissLastNightAsync()
    {
        var then = TimeProvider.System.GetUtcNow().AddDays(-2);
        var state = new JsonObject
        {
            ["schedule"] = new JsonObject { ["schedule"] = "30 2 * * * Europe/Berlin", ["settled"] = then },
            ["tick"] = then,
            ["decision"] = "not due",
            ["open"] = new JsonArray(),
        };
        Directory.CreateDirectory(Path.Combine(Control, "schedules"));
        await File.WriteAllTextAsync(Path.Combine(Control, "schedules", "nightly.json"), state.ToJsonString());
    }

    /// <summary>In the shell that has the variables which the README exports.</summary>
    private async Task ServeAsync(string before)
    {
        var exports = string.Join('\n', before.Split('\n').Where(line => line.StartsWith("export ", StringComparison.Ordinal)));
        var process = service = holdfast.Start(Bash($"{exports}\nexec {Serve}"));
        process.StandardInput.Close();
        process.ErrorDataReceived += (_, line) =>
        {
            said.Enqueue(line.Data);
            if (Address().Match(line.Data ?? "") is { Success: true } found)
                serving.TrySetResult(found.Groups["authority"].Value);
        };
        process.BeginErrorReadLine();
        await Task.WhenAny(serving.Task, process.WaitForExitAsync());
        Assert.True(serving.Task.IsCompleted, string.Join('\n', said));
    }

    /// <summary>A test takes any port, and the default one may be in use.</summary>
    private async Task<string> OnPortAsync(string block) => block.Replace("127.0.0.1:7080", await serving.Task, StringComparison.Ordinal);

    /// <summary>Waits until so many runs have succeeded.</summary>
    private async Task UntilAsync(int count, Func<JsonObject, bool> chosen)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var finished = await holdfast.RunAsync("runs", "--control", Control, "-o", "json");
            Assert.True(finished.Exit == 0, finished.Error);
            var runs = finished.Json.AsArray().OfType<JsonObject>().ToList();
            Assert.True(runs.All(r => (string?)r["state"] == "Succeeded"), finished.Out);
            if (runs.Count(chosen) >= count)
                return;
            Assert.False(patience.IsCancellationRequested, finished.Out + string.Join('\n', said));
            await Task.Delay(200);
        }
    }

    private Task<string> ColorAsync() =>
        live.Cluster.KubectlAsync(["get", "-n", "shop", "configmap", "settings", "-o", "jsonpath={.data.color}"]);

    private async Task ShellAsync(string script)
    {
        using var process = holdfast.Start(Bash($"set -euo pipefail\n{script}"));
        process.StandardInput.Close();
        var finished = await HoldfastProgram.FinishAsync(process);
        Assert.True(finished.Exit == 0, $"{script}\n{finished.Out}{finished.Error}");
    }

    private static ProcessStartInfo Bash(string script) => new("bash", ["-c", script]);

    /// <summary>What is above a line that begins so, and what is below it.</summary>
    private static (string Above, string Below) Parted(string block, string line)
    {
        var at = block.IndexOf($"\n{line}", StringComparison.Ordinal) + 1;
        return (block[..at], block[(block.IndexOf('\n', at) + 1)..]);
    }

    private static string LineOf(string block, string line) => block.Split('\n').Single(l => l.StartsWith(line, StringComparison.Ordinal));

    /// <summary>The block of commands of a document that has these words.</summary>
    private static string BlockOf(string document, string words) =>
        Block()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, document)))
            .Select(block => block.Groups["commands"].Value)
            .Single(commands => commands.Contains(words, StringComparison.Ordinal));

    [GeneratedRegex(@"^```sh[^\n]*\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"http://(?<authority>127\.0\.0\.1:\d+)/api", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
