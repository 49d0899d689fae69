namespace Holdfast.Machine.Files;

/// <summary>What can lie at a path.</summary>
public enum FileKind
{
    Regular,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// <summary>Something else lies where only a regular file (or a folder) is opened; nothing of it was read or written.</summary>
public sealed class IrregularFileException(string path, FileKind found, FileKind expected = FileKind.Regular)
    : IOException($"{path} is {Words(found)}, and only {Words(expected)} is used there")
{
    public FileKind Found { get; } = found;

    private static string Words(FileKind kind) =>
        kind switch
        {
            FileKind.Regular => "a regular file",
            FileKind.Folder => "a folder",
            FileKind.Link => "a symbolic link",
            FileKind.Pipe => "a pipe",
            FileKind.Socket => "a socket",
            _ => "a device",
        };
}
