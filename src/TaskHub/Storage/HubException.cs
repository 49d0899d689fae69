namespace Holdfast.TaskHub.Storage;

/// <summary>The file of a hub can't be used: it is in use, damaged, of another version, out of reach, or can't be written.</summary>
public sealed class HubException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The same call may succeed later without intervention, or once the disk has free space.</summary>
    public bool IsTransient { get; } = isTransient;
}
