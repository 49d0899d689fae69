using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Output;

/// <summary>
/// Secrets that can be recognised are in the cluster, in a kubeconfig and in the environment; then the command line does most of what it
/// can, with nothing forbidden by the umask. Nothing that it prints or writes beside the vault may hold one of them.
/// </summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private const string Canary = "canary-9d41f0c7";
    private const string Passphrase = "canary-of-the-passphrase-9d41f0c7";

    private static readonly string Changed = $$$"""{"stringData":{"password":"x{{{Canary}}}","other":"xx{{{Canary}}}"} }""";

    private static readonly string[] Forms =
    [
        Canary,
        "9d41f0c7",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)).TrimEnd('='),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"x{Canary}"))[4..^4],
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"xx{Canary}"))[4..^4],
    ];

    private static readonly UnixFileMode Others = (UnixFileMode)0b000_111_111;

    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary));
        await bench.CreateAsync(
            "/api/v1/namespaces/shop/secrets",
            $$$"""
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"canary","annotations":{
            "kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"password\":\"{{{data}}}\"}}"}},
             "data":{"password":"{{{data}}}"}}
            """
        );
        bench.Holdfast.Variables["HOLDFAST_PASSPHRASE"] = Passphrase;
        bench.Holdfast.Variables["AZURE_CLIENT_SECRET"] = Canary;
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task No_secret_is_printed_or_written_beside_the_vault_and_every_file_is_its_owners()
    {
        var printed = new StringBuilder();
        var plan = Path.Combine(bench.Holdfast.Home, "plan.json");
        await SayAsync("capture");
        await bench.PatchAsync("/api/v1/namespaces/shop/secrets/canary", Changed);
        await bench.Cluster.SettleAsync(CancellationToken.None);
        foreach (
            var line in (string[])
                [
                    "capture -o json",
                    "history secret/canary -n shop -o json",
                    "cat latest --all -n shop -o yaml",
                    "diff latest -n shop -o json",
                    $"plan latest -n shop --existing replace --out {plan} -o json",
                    "restore latest -n shop --existing replace --yes -o json",
                ]
        )
            await SayAsync(line);
        bench.Holdfast.Variables["KUBECONFIG"] = Refused();
        await SayAsync("capture");

        AssertNone(printed.ToString(), "the output");
        foreach (var file in Written())
            AssertNone(Readable(file), file);
        Assert.Empty(Written().Where(file => (File.GetUnixFileMode(file) & Others) != 0));
        Assert.Empty(Folders().Where(folder => (File.GetUnixFileMode(folder) & Others) != 0));

        async Task SayAsync(string line)
        {
            var run = await RunUnmaskedAsync(line);
            printed.AppendLine(line).AppendLine(run.Out).AppendLine(run.Error);
        }
    }

    /// <summary>A token that the server refuses, in a kubeconfig of its own.</summary>
    private string Refused()
    {
        var path = Path.Combine(bench.Holdfast.Home, "refused");
        File.WriteAllText(path, bench.Cluster.Kubeconfig().Replace($"token: {bench.Cluster.Token}", $"token: {Canary}", StringComparison.Ordinal));
        return path;
    }

    private async Task<Finished> RunUnmaskedAsync(string line)
    {
        using var process = bench.Holdfast.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "umask 0; exec \"$0\" \"$@\"", HoldfastProgram.Executable, .. line.Split(' ')])
        );
        process.StandardInput.Close();
        return await HoldfastProgram.FinishAsync(process);
    }

    private static void AssertNone(string text, string where) =>
        Assert.Empty(
            Forms
                .Select(form => text.IndexOf(form, StringComparison.Ordinal))
                .Where(at => at >= 0)
                .Select(at => $"{where} has a secret in: {text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100)]}")
        );

    /// <summary>Without the kubeconfigs, which the test wrote, and the packs, which are what a vault is for.</summary>
    private IEnumerable<string> Written() =>
        Directory
            .EnumerateFiles(bench.Holdfast.Home, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("kubeconfig" or "refused") && !IsPack(file));

    private IEnumerable<string> Folders() => Directory.EnumerateDirectories(bench.Holdfast.Home, "*", SearchOption.AllDirectories);

    private static bool IsPack(string file) => file.Contains("/packs/", StringComparison.Ordinal);

    private static string Readable(string file)
    {
        if (!file.EndsWith(".gz", StringComparison.Ordinal))
            return Encoding.Latin1.GetString(File.ReadAllBytes(file));
        using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var output = new MemoryStream();
        gzip.CopyTo(output);
        return Encoding.Latin1.GetString(output.ToArray());
    }
}
