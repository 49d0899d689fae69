namespace Holdfast.Clusters.Listing;

/// <summary>Finds the end of a JSON string that is too long to hold. It may arrive in pieces of any length.</summary>
internal struct LongText
{
    private bool escaped;

    public bool IsOpen { get; private set; }

    /// <summary>Its opening quote was read.</summary>
    public void Open() => (IsOpen, escaped) = (true, false);

    /// <returns>The closing quote's index; -1: it isn't in these bytes, which needn't be passed again.</returns>
    public int FindEnd(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (escaped)
            {
                escaped = false;
                continue;
            }
            var found = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
                return -1;
            at += found;
            if (bytes[at] == (byte)'"')
            {
                IsOpen = false;
                return at;
            }
            escaped = true;
        }
        return -1;
    }
}
