namespace Holdfast.Control;

/// <summary>Why the control container did not do or hold what it should.</summary>
public enum ControlFailure
{
    /// <summary>A document's bytes are not a document of its kind.</summary>
    Malformed,

    /// <summary>A document was written by a newer version than this program reads.</summary>
    NewerVersion,

    /// <summary>There is no such container.</summary>
    NotFound,

    /// <summary>The store can't be reached, timed out or answered with a server error.</summary>
    Unreachable,

    /// <summary>The store refused: credentials, permissions, read-only, immutability.</summary>
    Forbidden,

    /// <summary>No room left.</summary>
    Full,
}

/// <summary>The control container failed us, or a document in it can't be used: never the vault's fault, never a bug of ours.</summary>
/// <param name="failure">What went wrong, for code to decide on.</param>
/// <param name="path">The document, or the beginning of the paths that were listed.</param>
/// <param name="message">What, where and what to do next, for a person to read; quotes no value of a document.</param>
public sealed class ControlException(ControlFailure failure, string path, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ControlFailure Failure { get; } = failure;

    public string Path { get; } = path;

    /// <summary>This one document can't be used; the others may be.</summary>
    public bool IsOfDocument => Failure is ControlFailure.Malformed or ControlFailure.NewerVersion;

    /// <summary>Whether the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient => Failure is ControlFailure.Unreachable;
}
