using System.Formats.Tar;

namespace Holdfast.TestKit.Jobs;

/// <summary>
/// The files on a volume of <see cref="Storage.StorageSystem"/>: its data is a tar archive in base64, or any other text, which is the
/// content of one file <see cref="Plain"/>.
/// </summary>
public static class VolumeFiles
{
    /// <summary>The file of a volume whose data is a plain text.</summary>
    public const string Plain = "data";

    private const string Mark = "tar:";

    /// <summary>Writes a volume's files into an empty folder.</summary>
    public static void Extract(string data, string folder)
    {
        if (data.StartsWith(Mark, StringComparison.Ordinal))
        {
            using var archive = new MemoryStream(Convert.FromBase64String(data[Mark.Length..]));
            TarFile.ExtractToDirectory(archive, folder, overwriteFiles: true);
        }
        else if (data.Length > 0)
            File.WriteAllText(Path.Combine(folder, Plain), data);
    }

    /// <summary>The data of a volume with the folder's files.</summary>
    public static string Pack(string folder)
    {
        using var archive = new MemoryStream();
        TarFile.CreateFromDirectory(folder, archive, includeBaseDirectory: false);
        return Mark + Convert.ToBase64String(archive.ToArray());
    }

    /// <summary>The texts of the files on a volume, by their paths.</summary>
    public static SortedDictionary<string, string> Read(string data)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-volume-");
        try
        {
            Extract(data, folder.FullName);
            return new(
                Directory
                    .EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories)
                    .ToDictionary(path => Path.GetRelativePath(folder.FullName, path), File.ReadAllText),
                StringComparer.Ordinal
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
