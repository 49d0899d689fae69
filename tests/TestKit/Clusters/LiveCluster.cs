using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Holdfast.Clusters.Connections;

namespace Holdfast.TestKit.Clusters;

/// <summary>
/// A real control plane on loopback: kube-apiserver, etcd and, where there is one, kube-controller-manager, in a folder of its own that
/// goes with it.
/// </summary>
public sealed class LiveCluster : ITestCluster
{
    private readonly string folder;
    private readonly string front;
    private readonly string script;
    private readonly string binaries;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly HttpClient etcd = new();

    private LiveCluster(string folder, string script, string assets, string? newer)
    {
        this.folder = folder;
        this.script = script;
        binaries = assets;
        front = newer is null ? folder : Path.Combine(folder, "newer");
        environment = File.ReadLines(Path.Combine(front, "env")).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        Endpoint = EndpointOf(environment["KUBE_TOKEN"]);
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    public bool IsReal => true;

    public ClusterEndpoint Endpoint { get; }

    public string KubeconfigPath => Path.Combine(front, "kubeconfig");

    /// <summary>Of the user alice, who has no permissions until they are granted.</summary>
    public string PowerlessKubeconfigPath => Path.Combine(folder, "kubeconfig-alice");

    /// <summary>As alice.</summary>
    public ClusterEndpoint PowerlessEndpoint =>
        EndpointOf(File.ReadLines(PowerlessKubeconfigPath).First(l => l.Contains("token: ")).Split(": ")[1].Trim());

    /// <summary>Garbage collection and namespace deletion work.</summary>
    public bool HasControllerManager => File.Exists(Path.Combine(folder, "kcm.pid"));

    /// <summary>Its HTTP API, without credentials: <c>/v3/kv/...</c>, <c>/metrics</c>.</summary>
    public Uri EtcdUrl => new(environment["ETCD_URL"]);

    /// <summary>For what must be measured or killed: <c>etcd</c>, <c>apiserver</c>, <c>kcm</c>.</summary>
    public int ProcessId(string part) => int.Parse(File.ReadAllText(Path.Combine(folder, part + ".pid")).Trim());

    /// <summary>
    /// The PATH with the assets in front: their kubectl, where they have one, fits the server. One on the machine may be too many versions
    /// away.
    /// </summary>
    public string SearchPath => $"{binaries}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";

    private string Kubectl => Path.Combine(binaries, "kubectl") is var own && File.Exists(own) ? own : "kubectl";

    /// <summary>The server's own log, for a failing test's message.</summary>
    public string ApiServerLog => Path.Combine(folder, "apiserver.log");

    public static async Task<LiveCluster> StartAsync(LiveClusterOptions options, CancellationToken cancellation = default)
    {
        var kube = Path.Combine(Repository.Root, "eng", "kube");
        var assets = options.Assets ?? (await Script.RunAsync(Path.Combine(kube, "assets.sh"), [], [], cancellation)).Trim();
        var home = Directory.CreateTempSubdirectory("holdfast-kube-").FullName;
        var start = Path.Combine(kube, "start.sh");
        KeyValuePair<string, string>[] settings =
        [
            new("BIN", assets),
            new("KCM", options.ControllerManager ? "1" : "0"),
            new("DISABLE_ADMISSION", options.DisableAdmission),
            new("EXTRA_APISERVER_ARGS", options.ExtraApiServerArguments),
            new("EXTRA_KCM_ARGS", options.ExtraControllerManagerArguments),
            new("KCM_CONTROLLERS", options.Controllers.Length == 0 ? "" : $"--controllers={options.Controllers}"),
            .. options.Newer is { } newer ? [new("ETCD", Path.Combine(newer, "etcd"))] : Array.Empty<KeyValuePair<string, string>>(),
        ];
        await Script.RunAsync(start, [home], settings, cancellation);
        if (options.Newer is not null)
            await Script.RunAsync(Path.Combine(kube, "start-newer.sh"), [home], [new("HOLDFAST_NEWER", options.Newer)], cancellation);
        return new(home, start, assets, options.Newer);
    }

    public async Task CompactAsync()
    {
        var revision = await RevisionAsync();
        await EtcdAsync("compaction", new { revision });
    }

    /// <summary>The store's present revision: what a list now would be at, at least.</summary>
    public async Task<string> RevisionAsync()
    {
        using var range = await EtcdAsync("range", new { key = Convert.ToBase64String("/"u8) });
        return range.RootElement.GetProperty("header").GetProperty("revision").GetString()!;
    }

    /// <summary>
    /// Kills the API server and starts it again on the same port: open requests break, and watches from before answer 410.
    /// </summary>
    public Task BounceAsync(CancellationToken cancellation = default) => Script.RunAsync(script, ["bounce", folder], [], cancellation);

    /// <summary>Runs kubectl against this cluster and gives what it prints.</summary>
    /// <param name="input">Its standard input.</param>
    public Task<string> KubectlAsync(string[] arguments, string? input = null, CancellationToken cancellation = default) =>
        Script.RunAsync(Kubectl, ["--kubeconfig", KubeconfigPath, .. arguments], [], cancellation, input);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        etcd.Dispose();
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StopAsync()
    {
        if (front != folder)
            await Script.RunAsync(
                Path.Combine(Path.GetDirectoryName(script)!, "start-newer.sh"),
                ["stop", folder],
                [],
                CancellationToken.None
            );
        await Script.RunAsync(script, ["stop", folder], [], CancellationToken.None);
    }

    /// <summary>A test run that is interrupted leaves no servers behind.</summary>
    private void StopAtExit(object? sender, EventArgs e) => StopAsync().GetAwaiter().GetResult();

    private async Task<JsonDocument> EtcdAsync(string call, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await etcd.PostAsync(new Uri(EtcdUrl, "/v3/kv/" + call), content);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"etcd answered {(int)response.StatusCode} to {call}: {await response.Content.ReadAsStringAsync()}"
            );
        return (await response.Content.ReadFromJsonAsync<JsonDocument>())!;
    }

    private ClusterEndpoint EndpointOf(string token)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(environment["KUBE_CA"]);
        return new()
        {
            Server = new(environment["KUBE_SERVER"]),
            TrustedRoots = roots,
            Token = (_, _) => new(token),
        };
    }
}
