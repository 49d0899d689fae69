using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Holdfast.TestKit.Stores;

/// <summary>
/// Microsoft's emulator of Azure Storage, from node_modules, in memory, on a free port of loopback. Ends with the test process's fixture.
/// </summary>
public sealed class Azurite : IDisposable
{
    private static readonly Regex Listening = new(
        @"^Azurite (?<service>\w+) service (?:successfully listens on|is successfully listening at) (?<address>\S+?)/?$",
        RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(1)
    );

    /// <summary>The emulator's one account, as published in its documentation: not a secret.</summary>
    private const string Account = "devstoreaccount1",
        Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static int containers;
    private readonly Process process;

    private Azurite(Process process, IReadOnlyDictionary<string, string> addresses)
    {
        this.process = process;
        Endpoint = $"{addresses["Blob"]}/{Account}";
        ConnectionString =
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
            + string.Concat(addresses.Select(service => $"{service.Key}Endpoint={service.Value}/{Account};"));
    }

    /// <summary>Where blobs are.</summary>
    public string Endpoint { get; }

    /// <summary>Names every service that was started.</summary>
    public string ConnectionString { get; }

    /// <summary>The URL of a container that no other test of this process uses; it doesn't exist yet.</summary>
    public Uri NewContainer() => new($"{Endpoint}/vault-{Interlocked.Increment(ref containers)}");

    /// <summary>Blobs alone.</summary>
    public static Azurite Start() => Start(Path.Combine("blob", "main.js"), ["Blob"]);

    /// <summary>Blobs, queues and tables: what a Functions host keeps its state in.</summary>
    public static Azurite StartAll() => Start("azurite.js", ["Blob", "Queue", "Table"]);

    /// <summary>
    /// The Azure SDK may be newer than the emulator, which refuses versions of the API that it doesn't know unless the check is off.
    /// </summary>
    private static string[] Arguments(string script, string[] services) =>
        [
            script,
            .. services.SelectMany(service => (string[])[$"--{service.ToLowerInvariant()}Port", "0"]),
            "--inMemoryPersistence",
            "--extentMemoryLimit",
            "512",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--silent",
        ];

    private static Azurite Start(string main, string[] services)
    {
        var script = Path.Combine(Root(), "node_modules", "azurite", "dist", "src", main);
        if (!File.Exists(script))
            throw new InvalidOperationException($"{script} is missing: run 'npm ci' in the repository's top folder (./test.sh does)");
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Arguments(script, services))
            start.ArgumentList.Add(argument);
        var started = Process.Start(start)!;
        try
        {
            return new Azurite(started, AddressesOf(started, services.Length));
        }
        catch
        {
            started.Kill(entireProcessTree: true);
            throw;
        }
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Keeps reading after the addresses, so that the emulator never blocks on a full pipe.</summary>
    private static Dictionary<string, string> AddressesOf(Process process, int count)
    {
        var said = new List<string>();
        var found = new Dictionary<string, string>();
        var all = new TaskCompletionSource<Dictionary<string, string>>();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { } text)
                all.TrySetException(new InvalidOperationException($"Azurite ended before it listened:\n{string.Join('\n', said)}"));
            else if (Listening.Match(text) is not { Success: true } match)
                said.Add(text);
            else if (found.TryAdd(match.Groups["service"].Value, match.Groups["address"].Value) && found.Count == count)
                all.TrySetResult(found);
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return all.Task.GetAwaiter().GetResult();
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "package-lock.json")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the tests run outside of the repository");
    }
}
