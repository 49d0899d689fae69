using System.Diagnostics;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The folder that is deployed, laid out once by <c>./publish.sh</c>.</summary>
public sealed class PublishedApp : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-published-");

    /// <summary>Left out where the live clusters are: it takes about a minute.</summary>
    public static bool IsLeftOut => Environment.GetEnvironmentVariable("HOLDFAST_LIVE") == "0";

    public string Folder => Path.Combine(folder.FullName, "app");

    /// <summary>Over a folder that was published before, in which a person left the settings of their own machine.</summary>
    public async Task InitializeAsync()
    {
        if (IsLeftOut)
            return;
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "host.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(Folder, "local.settings.json"), "{\"Values\":{}}");
        await File.WriteAllTextAsync(Path.Combine(Folder, "of-the-time-before.dll"), "");
        await PublishAsync();
    }

    public Task DisposeAsync()
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private async Task PublishAsync()
    {
        using var publish = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "publish.sh"), [Folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(15)).Token);
        Assert.True(publish.ExitCode == 0, string.Concat(await said));
    }
}
