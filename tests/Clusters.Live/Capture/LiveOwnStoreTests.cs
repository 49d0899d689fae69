using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Types with their own revision counter: events in a separate etcd, as in large clusters.</summary>
public sealed class LiveOwnStoreTests
{
    private static readonly ClusterName Name = ClusterName.Parse("live");

    [SkippableTheory]
    [InlineData(0, 400), InlineData(800, 0)]
    public async Task A_type_with_an_etcd_of_its_own_is_found_out_and_read_at_its_own_revision(int aheadBy, int behindBy)
    {
        Skip.IfNot(LiveClusterFixture.IsWanted, "HOLDFAST_LIVE=0: no real API server wanted");
        await using var second = await SecondEtcd.StartAsync();
        await using var cluster = await LiveCluster.StartAsync(
            new()
            {
                ControllerManager = false,
                ExtraApiServerArguments = $"--etcd-servers-overrides=/events#{second.Url},/configmaps#{second.Url}",
            }
        );
        using var api = await RawApi.ConnectAsync(cluster);
        await second.MoveAsync(aheadBy);
        await Objects.CreateAsync(api, "own", 30);
        for (var i = 0; i < 30; i++)
            await api.CreateAsync(
                "/api/v1/namespaces/own/events",
                $$$"""{"apiVersion":"v1","kind":"Event","metadata":{"name":"event-{{{i}}}","namespace":"own"},"involvedObject":"""
                    + """{"namespace":"own"} }"""
            );
        for (var i = 0; i < behindBy; i++)
            await api.MergePatchAsync("/api/v1/namespaces/own", $$$"""{"metadata":{"labels":{"i":"{{{i}}}"} } }""");
        var vault = new MemoryStore(TimeProvider.System);
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);

        var report = await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(
            Name,
            new() { Scope = new() { IncludedResources = ["events"] } },
            null,
            default
        );

        var own = report.Types.Where(t => t.OwnStore).ToDictionary(t => t.Type.GroupResource);
        Assert.Equal(["configmaps", "events"], own.Keys.Order());
        Assert.All(own.Values, t => Assert.NotEqual(report.Revision, t.Revision));
        Assert.Equal(30, own["events"].Objects);
        Assert.Equal((CaptureState.Succeeded, 0), (report.State, report.Gaps.Length));
        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
    }

    /// <summary>An etcd beside the cluster's.</summary>
    private sealed class SecondEtcd : IAsyncDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-etcd-");
        private readonly HttpClient http = new();
        private readonly Process process;

        private SecondEtcd(string program)
        {
            var (client, peer) = (FreePort(), FreePort());
            Url = new($"http://127.0.0.1:{client}");
            string[] arguments =
            [
                "--data-dir",
                folder.FullName,
                "--listen-client-urls",
                Text,
                "--advertise-client-urls",
                Text,
                "--listen-peer-urls",
                $"http://127.0.0.1:{peer}",
                "--initial-advertise-peer-urls",
                $"http://127.0.0.1:{peer}",
                "--initial-cluster",
                $"default=http://127.0.0.1:{peer}",
            ];
            // As in start.sh: such an old etcd needs this to start on arm64.
            var start = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            if (RuntimeInformation.OSArchitecture == Architecture.Arm64)
                start.Environment["ETCD_UNSUPPORTED_ARCH"] = "arm64";
            process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.OutputDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
        }

        public Uri Url { get; }

        private string Text => Url.GetLeftPart(UriPartial.Authority);

        public static async Task<SecondEtcd> StartAsync()
        {
            var assets = (await Script.RunAsync(Path.Combine(Repository.Root, "eng", "kube", "assets.sh"), [], [], default)).Trim();
            var etcd = new SecondEtcd(Path.Combine(assets, "etcd"));
            for (var ready = false; !ready; await Task.Delay(50))
                ready = await etcd.IsReadyAsync();
            return etcd;
        }

        /// <summary>Advances its counter.</summary>
        public async Task MoveAsync(int revisions)
        {
            for (var i = 0; i < revisions; i++)
                (await http.PostAsJsonAsync(new Uri(Url, "/v3/kv/put"), new { key = "eA==", value = "eA==" })).EnsureSuccessStatusCode();
        }

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Delete(recursive: true);
        }

        private async Task<bool> IsReadyAsync()
        {
            try
            {
                return (await http.GetAsync(new Uri(Url, "/health"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
