namespace Holdfast.TaskHub.Tests;

/// <summary>A path in its own folder, which is removed with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-hub-");

    public string Path => System.IO.Path.Combine(folder.FullName, "hub.db");

    public string Folder => folder.FullName;

    public void Dispose() => folder.Delete(recursive: true);
}
