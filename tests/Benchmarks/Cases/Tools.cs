using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Benchmarks.Measuring;
using Holdfast.Benchmarks.Seeding;

namespace Holdfast.Benchmarks.Cases;

/// <summary>The programs that are measured, each as a user would start it.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Holdfast">The published executable.</param>
/// <param name="Newer">The folder of a current API server for custom resources; null: none is at hand.</param>
internal sealed record Tools(string Root, string Holdfast, string? Newer)
{
    public const string ClusterName = "bench";

    public async Task<(Measured Run, JsonElement Report)> CaptureAsync(KubeServer server, string vault)
    {
        var run = await Measured.RunAsync(
            Holdfast,
            ["capture", "--kubeconfig", server.Kubeconfig, "--vault", vault, "--cluster", ClusterName, "-o", "json"]
        );
        return (run, JsonDocument.Parse(run.Output).RootElement);
    }

    /// <summary>Encrypts a new vault, everything, with a passphrase.</summary>
    public Task<Measured> EncryptAsync(string vault)
    {
        // captures of vaults that aren't encrypted don't ask for it
        Environment.SetEnvironmentVariable("HOLDFAST_PASSPHRASE", "correct horse battery staple");
        return Measured.RunAsync(Holdfast, ["vault", "encrypt", "--vault", vault, "--confirm-key-is-kept"]);
    }

    /// <summary>Downloads the given types' lists whole, 8 at a time, into /dev/null: what any capture has to wait for.</summary>
    public static async Task<Measured> CurlListsAsync(KubeServer server, IEnumerable<ResourceType> types)
    {
        var config = Path.GetTempFileName();
        await File.WriteAllLinesAsync(
            config,
            types.SelectMany(type => (string[])[$"url = {server.Server}{ListPath(type)[1..]}", "output = /dev/null"])
        );
        try
        {
            return await Measured.RunAsync(
                "curl",
                [
                    "-sSf",
                    "--parallel",
                    "--parallel-max",
                    "8",
                    "--http1.1",
                    "-A",
                    "holdfast-bench",
                    "--cacert",
                    server.CertificateAuthority,
                    "-H",
                    $"Authorization: Bearer {server.Token}",
                    "--config",
                    config,
                ]
            );
        }
        finally
        {
            File.Delete(config);
        }
    }

    /// <summary>The same types as kubectl gets them.</summary>
    public static Task<Measured> KubectlGetAsync(KubeServer server, IEnumerable<ResourceType> types) =>
        Measured.RunAsync(
            "bash",
            [
                "-c",
                $"kubectl --kubeconfig '{server.Kubeconfig}' get -A -o json "
                    + $"{string.Join(',', types.Select(type => type.GroupResource))} >/dev/null",
            ]
        );

    /// <summary>What the last capture took, and from what.</summary>
    public static async Task<(IReadOnlyList<ResourceType> Types, string ServerVersion)> CapturedAsync(string vault)
    {
        var inventory = (await LatestAsync(vault)).Inventory;
        return ([.. inventory.Types.Where(type => type.State == TypeState.Captured).Select(type => type.Type)], inventory.ServerVersion);
    }

    public static async Task<RecoveryPointReader> LatestAsync(string vault)
    {
        var store = new FolderStore(vault, TimeProvider.System);
        var cluster = Archive.Format.ClusterName.Parse(ClusterName);
        var points = await SealedPoints.ListAsync(store, cluster, default);
        return await RecoveryPointReader.OpenAsync(store, cluster, points[^1].Id, default);
    }

    private static string ListPath(ResourceType type) =>
        type.Group.Length == 0 ? $"/api/{type.Version}/{type.Resource}" : $"/apis/{type.Group}/{type.Version}/{type.Resource}";
}
