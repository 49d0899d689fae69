namespace Holdfast.Machine.Faults;

/// <summary>
/// Bytes that others wrote, read by code that looks at nothing else. Whatever that throws says the same: they aren't what they should be. A
/// list of exception types would be complete only until a reader changes, and a type missing from it would end the loop around it.
/// </summary>
public static class ForeignBytes
{
    /// <summary>For the filter of a catch around such code, and around nothing that waits for anything.</summary>
    public static bool AreAtFault(Exception thrown) => thrown is not (OutOfMemoryException or OperationCanceledException);
}
