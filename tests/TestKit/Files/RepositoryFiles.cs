using System.Runtime.CompilerServices;

namespace Holdfast.TestKit.Files;

/// <summary>
/// Files of the repository that tests compare with; HOLDFAST_ACCEPT=1 writes what was found instead, to be reviewed in the diff.
/// </summary>
public static class RepositoryFiles
{
    public static bool Accepting => Environment.GetEnvironmentVariable("HOLDFAST_ACCEPT") == "1";

    public static string Path(string relative, [CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(System.IO.Path.GetDirectoryName(here)!);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Functions.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Functions.sln above the tests");
        return System.IO.Path.Combine(folder.FullName, relative);
    }
}
