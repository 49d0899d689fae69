using System.Diagnostics;

namespace Holdfast.TestKit.Stores;

/// <summary>Microsoft's emulator of Azure Storage, from node_modules, in memory, on a free port of loopback. Ends with the test process's fixture.</summary>
public sealed class Azurite : IDisposable
{
    private const string Listening = "Azurite Blob service successfully listens on ";

    /// <summary>The emulator's one account, as its documentation publishes it: no secret.</summary>
    private const string Account = "devstoreaccount1", Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static int containers;
    private readonly Process process;

    private Azurite(Process process, string address)
    {
        this.process = process;
        Endpoint = $"{address}/{Account}";
    }

    public string Endpoint { get; }

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint};";

    /// <summary>The URL of a container that no other test of this process uses; it doesn't exist yet.</summary>
    public Uri NewContainer() => new($"{Endpoint}/vault-{Interlocked.Increment(ref containers)}");

    public static Azurite Start()
    {
        var script = Path.Combine(Root(), "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(script))
            throw new InvalidOperationException($"{script} is missing: run 'npm ci' in the repository's top folder (./test.sh does)");
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { script, "--blobPort", "0", "--inMemoryPersistence", "--extentMemoryLimit", "512", "--disableTelemetry", "--silent" })
            start.ArgumentList.Add(argument);
        var started = Process.Start(start)!;
        try
        {
            return new Azurite(started, AddressOf(started));
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

    /// <summary>Reads on after the address, so that the emulator never waits for a full pipe.</summary>
    private static string AddressOf(Process process)
    {
        var said = new List<string>();
        var address = new TaskCompletionSource<string>();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.StartsWith(Listening, StringComparison.Ordinal))
                address.TrySetResult(text[Listening.Length..].TrimEnd('/'));
            else if (line.Data is { } other)
                said.Add(other);
            else
                address.TrySetException(new InvalidOperationException($"Azurite ended before it listened:\n{string.Join('\n', said)}"));
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return address.Task.GetAwaiter().GetResult();
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
