namespace Holdfast.TaskHub;

/// <summary>The file of a hub can't be used: it is in use, damaged, of another version, out of reach, or can't be written.</summary>
public sealed class HubException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The same call may work later without anybody's doing, or once a disk has room again.</summary>
    public bool IsTransient { get; } = isTransient;
}
