using System.Diagnostics;
using System.Globalization;
using Holdfast.Benchmarks.Measuring;

namespace Holdfast.Benchmarks.Seeding;

/// <summary>
/// A real kube-apiserver with its etcd and no controller manager (nothing else writes), started by eng/kube/start.sh in a folder of its
/// own; or, for custom resources, that with the current API server of eng/kube/newer.sh in front.
/// </summary>
internal sealed class KubeServer : IAsyncDisposable
{
    private readonly string scripts;
    private readonly string folder;
    private readonly string front;

    /// <param name="front">Where the files of the server that is asked are; <paramref name="folder"/> itself or below it.</param>
    private KubeServer(string scripts, string folder, string front)
    {
        (this.scripts, this.folder, this.front) = (scripts, folder, front);
        foreach (var line in File.ReadLines(Path.Combine(front, "env")))
        {
            var (name, value) = (
                line[..line.IndexOf('=', StringComparison.Ordinal)],
                line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]
            );
            switch (name)
            {
                case "KUBE_SERVER":
                    Server = new(value);
                    break;
                case "KUBE_TOKEN":
                    Token = value;
                    break;
                case "KUBE_CA":
                    CertificateAuthority = value;
                    break;
            }
        }
    }

    public Uri Server { get; } = null!;
    public string Token { get; } = "";
    public string CertificateAuthority { get; } = "";
    public string Kubeconfig => Path.Combine(front, "kubeconfig");

    /// <summary>CPU seconds that etcd has used since it started.</summary>
    public double EtcdCpuSeconds
    {
        get
        {
            using var etcd = Process.GetProcessById(
                int.Parse(File.ReadAllText(Path.Combine(folder, "etcd.pid")), CultureInfo.InvariantCulture)
            );
            return etcd.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<KubeServer> StartAsync(string root)
    {
        var (scripts, run) = (Path.Combine(root, "eng/kube"), Directory.CreateTempSubdirectory("holdfast-bench-").FullName);
        await ScriptAsync($"KCM=0 bash '{scripts}/start.sh' '{run}'", run);
        return new(scripts, run, run);
    }

    /// <summary>A current API server, for custom resources alone.</summary>
    /// <param name="newer">The folder that eng/kube/newer.sh built.</param>
    public static async Task<KubeServer> StartNewerAsync(string root, string newer)
    {
        var (scripts, run) = (Path.Combine(root, "eng/kube"), Directory.CreateTempSubdirectory("holdfast-bench-").FullName);
        await ScriptAsync($"KCM=0 ETCD='{newer}/etcd' bash '{scripts}/start.sh' '{run}'", run);
        await ScriptAsync($"HOLDFAST_NEWER='{newer}' bash '{scripts}/start-newer.sh' '{run}'", run);
        return new(scripts, run, Path.Combine(run, "newer"));
    }

    public async ValueTask DisposeAsync()
    {
        if (front != folder)
            await ScriptAsync($"bash '{scripts}/start-newer.sh' stop '{folder}'", folder);
        await ScriptAsync($"bash '{scripts}/start.sh' stop '{folder}'", folder);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Through the shell with its output in a file: the servers it leaves running inherit its streams.</summary>
    private static Task<Measured> ScriptAsync(string command, string folder) =>
        Measured.RunAsync("bash", ["-c", $"{command} >>'{folder}/start.log' 2>&1"]);
}
