using System.Diagnostics;
using System.Globalization;
using Holdfast.Benchmarks.Measuring;

namespace Holdfast.Benchmarks.Seeding;

/// <summary>A real kube-apiserver with its etcd and no controller manager (nothing else writes), started by eng/kube/start.sh in a folder of its own.</summary>
internal sealed class KubeServer : IAsyncDisposable
{
    private readonly string script;
    private readonly string folder;

    private KubeServer(string script, string folder)
    {
        (this.script, this.folder) = (script, folder);
        foreach (var line in File.ReadLines(Path.Combine(folder, "env")))
        {
            var (name, value) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            switch (name)
            {
                case "KUBE_SERVER": Server = new(value); break;
                case "KUBE_TOKEN": Token = value; break;
                case "KUBE_CA": CertificateAuthority = value; break;
            }
        }
    }

    public Uri Server { get; } = null!;
    public string Token { get; } = "";
    public string CertificateAuthority { get; } = "";
    public string Kubeconfig => Path.Combine(folder, "kubeconfig");

    /// <summary>CPU seconds that etcd has used since it started.</summary>
    public double EtcdCpuSeconds
    {
        get
        {
            using var etcd = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(folder, "etcd.pid")), CultureInfo.InvariantCulture));
            return etcd.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<KubeServer> StartAsync(string root)
    {
        var start = Path.Combine(root, "eng/kube/start.sh");
        var run = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        // Through the shell with its output in a file: the servers it leaves running inherit its streams.
        await Measured.RunAsync("bash", ["-c", $"KCM=0 bash '{start}' '{run}' >'{run}/start.log' 2>&1"]);
        return new(start, run);
    }

    public async ValueTask DisposeAsync()
    {
        await Measured.RunAsync("bash", ["-c", $"bash '{script}' stop '{folder}' >/dev/null 2>&1"]);
        Directory.Delete(folder, recursive: true);
    }
}
