using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Storage;

namespace Holdfast.TestKit.Jobs;

/// <summary>What a container ended with.</summary>
/// <param name="Message">Of its termination message file.</param>
public sealed record ContainerEnd(int ExitCode, string Message);

/// <summary>
/// Runs the one container of a Pod as a process of this machine: its command in its working directory, its variables, and folders where
/// volumes are mounted. The container's root is a folder, so that variables that begin with a path of the container begin with that folder
/// instead; nothing else is contained.
/// </summary>
/// <param name="variables">Beside those of the Pod.</param>
public sealed class PodProcess(JsonObject pod, IReadOnlyDictionary<string, string> variables) : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("holdfast-pod-");

    private JsonObject Container => pod.At("spec", "containers")!.AsArray()[0]!.AsObject();

    private IEnumerable<JsonObject> Mounts => (Container["volumeMounts"] as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>The claims that the Pod mounts, and whether it can write to them.</summary>
    public static IEnumerable<string> ClaimsOf(JsonObject pod) =>
        (pod.At("spec", "volumes") as JsonArray)
            ?.OfType<JsonObject>()
            .Select(v => v.Text("persistentVolumeClaim", "claimName"))
            .OfType<string>()
        ?? [];

    /// <summary>The Secrets that the container's variables are from.</summary>
    public static IEnumerable<string> SecretsOf(JsonObject pod) =>
        (pod.At("spec", "containers")!.AsArray()[0]!["envFrom"] as JsonArray)
            ?.OfType<JsonObject>()
            .Select(f => f.Text("secretRef", "name"))
            .OfType<string>()
        ?? [];

    /// <param name="dataOf">What is on the volume of a claim.</param>
    /// <param name="secretOf">The data of a Secret.</param>
    /// <param name="write">Takes what is on a claim's volume afterwards, where the Pod may write to it.</param>
    public async Task<ContainerEnd> RunAsync(
        Func<string, string> dataOf,
        Func<string, JsonObject> secretOf,
        Action<string, string> write,
        CancellationToken stop
    )
    {
        var folders = Mount(dataOf);
        var end = await RunAsync(SecretsOf(pod).Select(secretOf), stop);
        foreach (var (claim, folder, isReadOnly) in folders)
            if (!isReadOnly)
                write(claim, VolumeFiles.Pack(folder));
        return end;
    }

    public void Dispose() => root.Delete(recursive: true);

    private List<(string Claim, string Folder, bool IsReadOnly)> Mount(Func<string, string> dataOf)
    {
        var mounted = new List<(string, string, bool)>();
        foreach (var mount in Mounts)
        {
            var folder = Directory.CreateDirectory(InRoot(mount.Text("mountPath")!)).FullName;
            var volume = pod.At("spec", "volumes")!.AsArray().First(v => (string?)v!["name"] == mount.Text("name"))!.AsObject();
            if (volume.Text("persistentVolumeClaim", "claimName") is not { } claim)
                continue;
            VolumeFiles.Extract(dataOf(claim), folder);
            mounted.Add((claim, folder, mount.Flag("readOnly")));
        }
        return mounted;
    }

    private async Task<ContainerEnd> RunAsync(IEnumerable<JsonObject> secrets, CancellationToken stop)
    {
        var result = InRoot(Container.Text("terminationMessagePath") ?? "/dev/termination-log");
        Directory.CreateDirectory(Path.GetDirectoryName(result)!);
        using var process = Process.Start(Start(secrets))!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        try
        {
            await process.WaitForExitAsync(stop);
            await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new(process.ExitCode, File.Exists(result) ? await File.ReadAllTextAsync(result, stop) : "");
    }

    private ProcessStartInfo Start(IEnumerable<JsonObject> secrets)
    {
        var command = Container["command"]!.AsArray().Select(c => (string)c!).ToArray();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Directory.CreateDirectory(InRoot(Container.Text("workingDir") ?? "/")).FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        foreach (var (name, value) in secrets.SelectMany(s => s))
            start.Environment[name] = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)value!));
        foreach (var variable in Container["env"]?.AsArray().OfType<JsonObject>() ?? [])
            start.Environment[variable.Text("name")!] = Mapped(variable.Text("value") ?? "");
        return start;
    }

    private string Mapped(string value)
    {
        string[] paths = [.. Mounts.Select(m => m.Text("mountPath")!), Container.Text("terminationMessagePath") ?? "/dev/termination-log"];
        return paths.Any(p => value == p || value.StartsWith(p + "/", StringComparison.Ordinal)) ? InRoot(value) : value;
    }

    private string InRoot(string path) => Path.Combine(root.FullName, path.TrimStart('/'));
}
