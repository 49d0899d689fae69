namespace Holdfast.Manifests.Editing;

/// <summary>
/// How much edits may add to one manifest, in characters of JSON: a patch of a few lines can copy an object into itself again and again,
/// twice as large each time. An API server limits copies to 3 MiB for the same reason (its option for JSON patches). Not thread-safe.
/// </summary>
public sealed class EditRoom
{
    /// <summary>Several times what an API server accepts as one object.</summary>
    public const long Characters = 8 << 20;

    private long left = Characters;

    /// <exception cref="EditException">There isn't so much left.</exception>
    public void Take(long characters)
    {
        left -= characters;
        if (left < 0)
            throw new EditException($"it would add more than {Characters >> 20} MiB to one object");
    }
}
