namespace Holdfast.Machine.Files;

/// <summary>
/// A folder whose content is reached through real folders only: its own path may lead over links, which are its owner's, but no name below
/// it may be one. Whoever can write into the folder could otherwise have other files of this machine written over, read or deleted.
/// </summary>
/// <param name="path">The folder's whole path; it needn't exist.</param>
public sealed class RealFolder(string path)
{
    public string Path { get; } = path;

    /// <summary>The whole path of something below, of which nothing need exist.</summary>
    /// <param name="relative">With slashes between names.</param>
    /// <exception cref="IrregularFileException">A name before the last is not a folder.</exception>
    public string Of(string relative)
    {
        for (var slash = relative.IndexOf('/'); slash >= 0; slash = relative.IndexOf('/', slash + 1))
        {
            if (Require(System.IO.Path.Combine(Path, relative[..slash])) is null)
                break;
        }
        return System.IO.Path.Combine(Path, relative);
    }

    /// <summary>The same of a folder: it is real, or isn't there yet.</summary>
    /// <exception cref="IrregularFileException">It is not a folder.</exception>
    public string FolderOf(string relative)
    {
        var name = relative.TrimEnd('/');
        if (name.Length == 0)
            return Path;
        Of(name + '/');
        return System.IO.Path.Combine(Path, name);
    }

    private static FileKind? Require(string folder) =>
        FileKinds.Of(folder, follow: false) switch
        {
            null => null,
            FileKind.Folder => FileKind.Folder,
            var found => throw new IrregularFileException(folder, found.Value, FileKind.Folder),
        };
}
