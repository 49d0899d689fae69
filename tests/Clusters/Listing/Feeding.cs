using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Tests.Listing;

/// <summary>Hands bytes to a cutter as a connection would.</summary>
internal static class Feeding
{
    /// <param name="chunks">Sizes of the reads, again and again; none: as much as fits.</param>
    public static void Feed(ListCutter cutter, byte[] bytes, IEnumerable<int>? chunks = null)
    {
        var sizes = chunks?.ToArray() ?? [int.MaxValue];
        for (var (at, i) = (0, 0); at < bytes.Length; i++)
        {
            var space = cutter.Space;
            var size = Math.Min(Math.Min(sizes[i % sizes.Length], space.Length), bytes.Length - at);
            bytes.AsMemory(at, size).CopyTo(space);
            cutter.Advance(size);
            at += size;
        }
    }
}
