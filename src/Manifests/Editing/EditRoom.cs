namespace Holdfast.Manifests.Editing;

/// <summary>
/// How much edits may add to one manifest, in characters of JSON: a patch of a few lines can copy an object into itself again and again,
/// twice as large each time. As much as an API server lets the copies of a JSON patch add; etcd takes no object of that size. Not
/// thread-safe.
/// </summary>
public sealed class EditRoom
{
    public const long Characters = 3 << 20;

    private long left = Characters;

    /// <exception cref="EditException">There isn't so much left.</exception>
    public void Take(long characters)
    {
        left -= characters;
        if (left < 0)
            throw new EditException($"it would add more than {Characters >> 20} MiB to one object");
    }
}
