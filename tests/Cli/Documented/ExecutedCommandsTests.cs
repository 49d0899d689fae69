using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Simulator;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Documented;

/// <summary>
/// Runs the shell blocks of a document, one after the other in one shell, at a simulated cluster with its sample application and a vault
/// with a point of it. Questions are answered with yes; <c>holdfast serve</c> stays in the background.
/// </summary>
public sealed class ExecutedCommandsTests : IAsyncLifetime, IDisposable
{
    private const string Service = "127.0.0.1:7080";

    private readonly HoldfastProgram holdfast = new();
    private SimulatedCluster cluster = null!;

    public static TheoryData<string> Documents => [.. DocumentedBlock.Documents.Where(d => Blocks(d).Any())];

    private static string App => Path.Combine(DocumentedBlock.Root, "src", "Functions", "bin", "Release", "net10.0", "holdfast-app");

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new(), CancellationToken.None);
        await cluster.SeedSampleApplicationAsync(CancellationToken.None);
        await cluster.SettleAsync(CancellationToken.None);
        Directory.CreateDirectory(Path.Combine(holdfast.Home, ".kube"));
        await File.WriteAllTextAsync(Path.Combine(holdfast.Home, ".kube", "config"), cluster.Kubeconfig());
        await InstallAsync();
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public void The_readme_and_the_manual_of_restores_are_among_them() =>
        Assert.All((string[])["README.md", "docs/restore.md"], d => Assert.NotEmpty(Blocks(d)));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_block_runs(string document)
    {
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        Assert.Equal(0, (await holdfast.RunAsync("capture")).Exit);
        var port = FreePort();
        var script = new StringBuilder("set -euo pipefail\nunset XDG_STATE_HOME\ntrap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT\n");
        if (!Blocks(document).Any(b => b.Lines.Any(IsService)) && Blocks(document).Any(b => b.Lines.Any(l => l.Contains(Service))))
            script.Append(Background(port)).Append('\n');
        foreach (var block in Blocks(document))
        {
            script.Append($"echo '== {document}:{block.Line}'\n");
            foreach (var line in block.Lines)
                script.Append(IsService(line) ? Background(port) : line).Append('\n');
        }
        script.Replace(Service, $"127.0.0.1:{port}");
        holdfast.Variables["HOLDFAST_PORT"] = $"{port}";
        holdfast.Variables["HOLDFAST_APP"] = App;

        using var process = holdfast.Start(new ProcessStartInfo("bash", ["--norc", "-c", script.ToString()]));
        process.StandardInput.Close();
        var run = await HoldfastProgram.FinishAsync(process);

        Assert.True(run.Exit == 0, $"exit code {run.Exit}\n{run.Out}\n{run.Error}");
        Assert.DoesNotContain("\"status\":4", run.Out);
    }

    private static IEnumerable<DocumentedBlock> Blocks(string document) =>
        DocumentedBlock.AllOf(document).Where(b => b.IsShell && b.Executor.Length == 0);

    private static bool IsService(string line) => line.StartsWith("./holdfast serve", StringComparison.Ordinal);

    private static string Background(int port) =>
        $"./holdfast serve > serve.log 2>&1 &\nuntil curl -sf http://127.0.0.1:{port}/api/health/live > /dev/null; do sleep 0.1; done";

    /// <summary>The program as <c>holdfast</c> and <c>./holdfast</c>, which says yes where a person would.</summary>
    private async Task InstallAsync()
    {
        var path = Path.Combine(holdfast.Home, "holdfast");
        await File.WriteAllTextAsync(
            path,
            $"""
            #!/bin/bash
            if [[ ${"{1:-}"} == restore && " $* " != *" --plan "* && " $* " != *" --yes "* ]]; then set -- "$@" --yes; fi
            [[ ${"{1:-}"} != serve ]] || exec {HoldfastProgram.Executable} "$@"
            {HoldfastProgram.Executable} "$@" && exit 0 || code=$?
            # The sample's volume has no snapshot: what restores it is done in part.
            [[ $code == 3 ]] || exit $code

            """
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        holdfast.Variables["PATH"] = $"{holdfast.Home}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
