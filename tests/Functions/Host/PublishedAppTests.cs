using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Tests.Host;

/// <summary>What is deployed, started and called as a Functions host does, with its vault and its control container in blob storage. Slow: left out where the live clusters are.</summary>
public sealed class PublishedAppTests(PublishedApp published) : IClassFixture<PublishedApp>
{
    private const string LeftOut = "left out by --fast";

    [SkippableFact]
    public void The_published_folder_is_whole_and_holds_nothing_that_a_host_takes_for_its_own()
    {
        Skip.If(PublishedApp.IsLeftOut, LeftOut);
        var app = HostedApp.Read(published.Folder);
        var registry = HoldfastRegistry.Create(NoEnvironment.Instance);

        Assert.Equal(Repository.Read("host.json"), File.ReadAllText(Path.Combine(published.Folder, "host.json")));
        Assert.Equal(new Triggers(registry).All.Select(t => t.Name).Order(StringComparer.Ordinal), app.Functions.Order(StringComparer.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(app.Executable).HasFlag(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        Assert.Empty(new[] { "appsettings*.json", "web.config", "worker.config.json", "extensions.json", "proxies.json" }.SelectMany(f => Directory.GetFiles(published.Folder, f)));
        Assert.False(Directory.Exists(Path.Combine(published.Folder, "bin")), "a host looks for extensions there");
    }

    [SkippableFact]
    public void Publishing_again_keeps_the_settings_of_this_machine_and_nothing_else_of_before()
    {
        Skip.If(PublishedApp.IsLeftOut, LeftOut);

        Assert.True(File.Exists(Path.Combine(published.Folder, "local.settings.json")));
        Assert.False(File.Exists(Path.Combine(published.Folder, "of-the-time-before.dll")));
    }

    [SkippableFact]
    public async Task In_blob_storage_a_fleet_is_captured_and_an_approved_restore_applied_though_the_handler_is_killed_in_both()
    {
        Skip.If(PublishedApp.IsLeftOut, LeftOut);
        using var azurite = Azurite.Start();
        await using var rig = await HostRig.StartAsync(published: published.Folder, settings: InStorage(azurite));
        var prod = await rig.RegisterAsync("prod");
        await rig.RegisterAsync("other");
        await prod.SeedShopAsync();

        var fleet = await CaptureKilledAsync(rig);
        await prod.LoseConfigMapsAsync();
        var restored = await RestoreKilledAsync(rig);

        Assert.Equal("Succeeded", (string)fleet["state"]!);
        Assert.NotNull(await rig.PointAsync("prod"));
        Assert.NotNull(await rig.PointAsync("other"));
        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.EndsWith("kim@example.org", (string)restored["approval"]!["by"]!);
        Assert.True(await prod.HasConfigMapAsync("settings-0") && await prod.HasConfigMapAsync("settings-4"));
        Assert.Contains("is taken up again (1 of 3)", rig.Host.Said);
    }

    /// <summary>Neither container is there yet, and nothing of Azure's sign-in.</summary>
    private static Dictionary<string, string> InStorage(Azurite azurite) => new()
    {
        ["HOLDFAST_VAULT"] = azurite.NewContainer().AbsoluteUri,
        ["HOLDFAST_CONTROL"] = azurite.NewContainer().AbsoluteUri,
        ["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString,
        ["DOTNET_ROOT"] = "/nowhere",
    };

    /// <summary>The handler dies with the first unit that is exported; the host starts another.</summary>
    private static async Task<System.Text.Json.Nodes.JsonObject> CaptureKilledAsync(HostRig rig)
    {
        var policy = """{"version":1,"name":"nightly","clusters":{"selector":"env=test"},"schedule":{"cron":"0 2 * * *"},"concurrency":{"clusters":1,"units":4}}""";
        Assert.Equal(201, (await rig.CallAsync("PUT", "/api/policies/nightly", policy, "Operator", ("If-None-Match", "*"))).Status);
        rig.KillAtFirstExport();
        return await rig.RunAsync("/api/captures", """{"policy":"nightly"}""");
    }

    /// <summary>The handler dies while it decides what comes after a stage: for the engine that is the end of the run, until the timer finds it.</summary>
    private static async Task<System.Text.Json.Nodes.JsonObject> RestoreKilledAsync(HostRig rig)
    {
        var (applied, killed) = (0, 0);
        rig.Engine.BeforeCall = name => Interlocked.Add(ref applied, name == "ApplyStage" ? 1 : 0);
        rig.Engine.BeforeInstance = instance =>
        {
            if (instance.Name == Orchestrators.Restore && applied > 0 && Interlocked.Exchange(ref killed, 1) == 0)
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/restores", """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}""", "Operator");
        var run = (string)started!["run"]!;
        var digest = await rig.WaitingPlanAsync(run);
        Assert.Equal(403, (await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{digest}}"}""", "Operator")).Status);
        Assert.Equal(202, (await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org")).Status);
        Assert.Equal("Failed", (await rig.Engine.EndOfAsync(run)).Status);
        await rig.Host.StartHandlerAsync();
        await rig.FireAsync(Triggers.Mend);
        return await rig.ReportAsync(run);
    }
}
