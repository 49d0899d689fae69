using System.Diagnostics;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The folder that is deployed, as <c>./publish.sh</c> lays it out. Slow: left out where the live clusters are.</summary>
public sealed class PublishedAppTests
{
    [SkippableFact]
    public async Task The_published_folder_is_whole_and_runs_a_capture_by_itself()
    {
        Skip.If(Environment.GetEnvironmentVariable("HOLDFAST_LIVE") == "0", "left out by --fast");
        var folder = Directory.CreateTempSubdirectory("holdfast-published-");
        var published = Path.Combine(folder.FullName, "app");
        await PublishAsync(published);

        Assert.True(File.Exists(Path.Combine(published, "host.json")));
        Assert.True(File.Exists(Path.Combine(published, "Api", "function.json")));
        Assert.Empty(Directory.GetFiles(published, "appsettings*.json"));
        await using (var rig = await HostRig.StartAsync(executable: Path.Combine(published, "holdfast-app"), settings: new Dictionary<string, string> { ["DOTNET_ROOT"] = "/nowhere" }))
        {
            await rig.RegisterAsync("prod");
            Assert.Equal("Succeeded", (string)(await rig.RunAsync("/api/captures", """{"clusters":["prod"]}"""))["state"]!);
        }
        folder.Delete(recursive: true);
    }

    private static async Task PublishAsync(string folder)
    {
        using var publish = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "publish.sh"), [folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(15)).Token);
        Assert.True(publish.ExitCode == 0, string.Concat(await said));
    }
}
