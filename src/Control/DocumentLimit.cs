namespace Holdfast.Control;

/// <summary>How much is read of one document, whatever lies under its name.</summary>
public static class DocumentLimit
{
    /// <summary>The plan of a large restore is the largest document. Stated in docs/control-documents.md.</summary>
    public const int Bytes = 512 << 20;

    /// <exception cref="ControlException">Malformed: it is longer.</exception>
    public static void Require(string path, long length, string location)
    {
        if (length > Bytes)
            throw TooLong(path, location);
    }

    public static ControlException TooLong(string path, string location) =>
        new(
            ControlFailure.Malformed,
            path,
            $"The control document {path} in {location} can't be used: it has more than {Bytes} bytes, and was not read. "
                + $"{ControlPaths.AdviceFor(path)}"
        );
}
