using Holdfast.Simulator;

namespace Holdfast.Functions.Tests.Serving;

/// <summary>The service is killed with signal 9 in the middle of a recovery, and while that is paused, and continues by itself.</summary>
public sealed class KilledRecoveryTests : IAsyncLifetime
{
    private const string Recovery = """
        {"recovery":{"version":1,"groups":[
          {"name":"first","waitSeconds":0,"pause":"Look at it","restores":[{"name":"a","target":{"cluster":"north"},
           "request":{"cluster":"west","intoOtherCluster":true,"selection":{"kinds":["configmap"]}}}]},
          {"name":"second","waitSeconds":0,"restores":[{"name":"b","target":{"cluster":"south"},
           "request":{"cluster":"west","intoOtherCluster":true,"selection":{"kinds":["configmap"]}}}]}]}}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-serve-");
    private readonly Dictionary<string, SimulatedCluster> clusters = [];

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "west", "north", "south" })
        {
            clusters[name] = await SimulatedCluster.StartAsync(new(), default);
            await File.WriteAllTextAsync(KubeconfigOf(name), clusters[name].Kubeconfig());
        }
        await clusters["west"].SeedSyntheticAsync(60, 2, default);
    }

    public async Task DisposeAsync()
    {
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_recovery_survives_kills_within_a_restore_and_within_a_pause_and_every_restore_is_whole()
    {
        var slow = clusters["north"].Inject(new("/configmaps") { Method = "POST", Delay = TimeSpan.FromMilliseconds(100) });
        string run;
        using (var service = await Service.StartAsync(folder.FullName))
        {
            foreach (var name in clusters.Keys)
                await service.RegisterAsync(name, KubeconfigOf(name));
            Assert.Equal("Succeeded", (string)(await service.ReportAsync(await PostAsync(service, "/api/captures", Captures)))["state"]!);
            run = await PostAsync(service, "/api/recoveries", Recovery);
            await UntilAsync(() => Task.FromResult(slow.Struck > 2));
            await service.StopAsync("KILL");
        }
        slow.Dispose();
        using (var service = await Service.StartAsync(folder.FullName))
        {
            await UntilAsync(async () => await StateAsync(service, run) == "Paused");
            await service.StopAsync("KILL");
        }

        using var last = await Service.StartAsync(folder.FullName);
        Assert.Equal("Paused", await StateAsync(last, run));
        Assert.Equal(202, (await last.SendAsync(HttpMethod.Post, $"/api/runs/{run}/resume")).Status);
        var report = await last.ReportAsync(run);

        Assert.True((string)report["state"]! == "Succeeded", report.ToJsonString());
        var restores = report["recovery"]!["groups"]!.AsArray().SelectMany(group => group!["restores"]!.AsArray()).ToList();
        Assert.Equal(["north", "south"], restores.Select(restore => (string)restore!["target"]!));
        Assert.All(restores, restore => Assert.Equal("Succeeded", (string)restore!["state"]!));
    }

    private const string Captures = """{"clusters":["west"]}""";

    private string KubeconfigOf(string name) => Path.Combine(folder.FullName, $"{name}.kubeconfig");

    private static async Task<string> PostAsync(Service service, string path, string body)
    {
        var (status, started) = await service.SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == 202, started?.ToJsonString());
        return (string)started!["run"]!;
    }

    private static async Task<string> StateAsync(Service service, string run) =>
        (string)(await service.SendAsync(HttpMethod.Get, $"/api/runs/{run}")).Body!["state"]!;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }
}
