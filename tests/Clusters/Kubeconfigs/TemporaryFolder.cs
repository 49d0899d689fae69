namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>A folder that is removed with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-test-");

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Writes a shell script that can be run.</summary>
    public string WriteScript(string name, string body)
    {
        var path = Write(name, "#!/bin/sh\n" + body);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
