using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Functions.Tests.Serving;

public sealed class ServeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-serve-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task It_captures_what_is_registered_and_stops_when_it_is_asked_to()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        using var service = await Service.StartAsync(folder.FullName);

        await RegisterAsync(service, cluster, "prod");
        var (status, started) = await service.SendAsync(HttpMethod.Post, "/api/captures", """{"clusters":["prod"]}""");
        var report = await service.ReportAsync((string)started!["run"]!);

        Assert.Equal((202, "Succeeded"), (status, (string)report["state"]!));
        Assert.Equal("local", (string)report["requestedBy"]!);
        Assert.Equal(0, await service.StopAsync("TERM"));
        Assert.True(Directory.Exists(Path.Combine(folder.FullName, "vault", "clusters", "prod", "points")));
    }

    [Fact]
    public async Task Only_the_token_opens_it_and_nothing_prints_it()
    {
        using var service = await Service.StartAsync(folder.FullName);
        var token = (await File.ReadAllTextAsync(service.TokenFile)).Trim();

        Assert.Equal(200, (await service.SendAsync(HttpMethod.Get, "/api/runs")).Status);
        Assert.Equal(401, (await service.SendAsync(HttpMethod.Get, "/api/runs", token: "guess")).Status);
        Assert.Equal(401, (await service.SendAsync(HttpMethod.Get, $"/api/runs?token={token}", token: "guess")).Status);
        Assert.Equal(200, (await service.SendAsync(HttpMethod.Get, "/api/health/ready", token: "guess")).Status);
        Assert.Equal("127.0.0.1", service.Url.Host);
        await service.StopAsync("INT");
        Assert.DoesNotContain(token, service.Said);
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_capture_it_continues_it()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var slow = cluster.Simulator.Inject(new("/configmaps?") { Delay = TimeSpan.FromMinutes(5) });
        string run;
        using (var first = await Service.StartAsync(folder.FullName))
        {
            await RegisterAsync(first, cluster, "prod");
            run = (string)(await first.SendAsync(HttpMethod.Post, "/api/captures", """{"clusters":["prod"]}""")).Body!["run"]!;
            while (slow.Struck == 0)
                await Task.Delay(10, patience.Token);
            await first.StopAsync("KILL");
        }
        slow.Dispose();

        using var second = await Service.StartAsync(folder.FullName);
        var report = await second.ReportAsync(run);

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.Single((await second.SendAsync(HttpMethod.Get, "/api/points?cluster=prod")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task Two_services_never_share_a_data_folder()
    {
        using var first = await Service.StartAsync(folder.FullName);
        var token = await File.ReadAllTextAsync(first.TokenFile);

        var (exit, error) = await Service.RunAsync(folder.FullName);

        Assert.Equal(1, exit);
        Assert.Contains("hub.db", error);
        Assert.Equal(token, await File.ReadAllTextAsync(first.TokenFile));
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_all_listed_and_end_it_with_2()
    {
        var (exit, error) = await Service.RunAsync(folder.FullName, ("HOLDFAST_PORT", "seven"), ("HOLDFAST_SIGNING_KEY", "hunter2"));

        Assert.Equal(2, exit);
        Assert.Contains("HOLDFAST_PORT", error);
        Assert.Contains("HOLDFAST_SIGNING_KEY", error);
        Assert.DoesNotContain("hunter2", error);
    }

    private static async Task RegisterAsync(Service service, SimulatedTestCluster cluster, string name)
    {
        var registration = new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = cluster.KubeconfigPath } },
        };
        Assert.Equal(201, (await service.SendAsync(HttpMethod.Put, $"/api/clusters/{name}", registration.ToJsonString())).Status);
    }
}
