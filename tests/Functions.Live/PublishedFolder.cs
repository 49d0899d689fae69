using System.Diagnostics;

namespace Holdfast.Functions.Live.Tests;

/// <summary>The function app as <c>./publish.sh</c> lays it out, in a folder that is removed with the fixture.</summary>
public sealed class PublishedFolder : IAsyncLifetime
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("holdfast-published-");

    public string Path => System.IO.Path.Combine(parent.FullName, "app");

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo(System.IO.Path.Combine(Repository(), "publish.sh"), [Path])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var publishing = Process.Start(start)!;
        var (output, error) = (publishing.StandardOutput.ReadToEndAsync(), publishing.StandardError.ReadToEndAsync());
        await publishing.WaitForExitAsync();
        Assert.True(publishing.ExitCode == 0, $"{await output}\n{await error}");
    }

    public Task DisposeAsync()
    {
        parent.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Functions.sln")))
            folder =
                System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Functions.sln is nowhere above the tests");
        return folder;
    }
}
