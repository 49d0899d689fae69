namespace Holdfast.TestKit.Arm.Disks;

/// <summary>The bytes of a disk or snapshot, in pages of 512; what was never written isn't kept, and reads as zeros.</summary>
public sealed class DiskContent
{
    public const int Page = 512;

    private readonly SortedDictionary<long, byte[]> pages;

    public DiskContent(long length) => (Length, pages) = (length, []);

    private DiskContent(DiskContent from, long length) => (Length, pages) = (length, new(from.pages));

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>A copy that doesn't change with this one. It may be longer.</summary>
    public DiskContent Copy(long? length = null) => new(this, Math.Max(length ?? 0, Length));

    /// <param name="offset">A multiple of a page, as the length of <paramref name="data"/> is.</param>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Require(offset, data.Length);
        for (var at = 0; at < data.Length; at += Page)
            pages[(offset + at) / Page] = data.Slice(at, Page).ToArray();
    }

    public void Clear(long offset, long length)
    {
        Require(offset, length);
        foreach (var page in pages.Keys.Where(p => p * Page >= offset && p * Page < offset + length).ToList())
            pages.Remove(page);
    }

    public byte[] Read(long offset, int length)
    {
        var data = new byte[length];
        for (var page = offset / Page; page * Page < offset + length; page++)
        {
            if (!pages.TryGetValue(page, out var bytes))
                continue;
            var (from, to) = (Math.Max(offset, page * Page), Math.Min(offset + length, (page + 1) * Page));
            bytes.AsSpan((int)(from - page * Page), (int)(to - from)).CopyTo(data.AsSpan((int)(from - offset)));
        }
        return data;
    }

    /// <summary>What was written, as ranges of bytes; the end is the last byte.</summary>
    public IReadOnlyList<(long Start, long End)> Written() => Join(pages.Keys);

    /// <summary>What was written or written again since, and what was cleared.</summary>
    public (IReadOnlyList<(long Start, long End)> Changed, IReadOnlyList<(long Start, long End)> Cleared) Since(DiskContent before) =>
        (
            Join(
                pages.Where(p => !before.pages.TryGetValue(p.Key, out var old) || !old.AsSpan().SequenceEqual(p.Value)).Select(p => p.Key)
            ),
            Join(before.pages.Keys.Where(p => !pages.ContainsKey(p)))
        );

    private static List<(long Start, long End)> Join(IEnumerable<long> numbers)
    {
        var ranges = new List<(long Start, long End)>();
        foreach (var page in numbers)
        {
            if (ranges.Count > 0 && ranges[^1].End + 1 == page * Page)
                ranges[^1] = (ranges[^1].Start, (page + 1) * Page - 1);
            else
                ranges.Add((page * Page, (page + 1) * Page - 1));
        }
        return ranges;
    }

    private void Require(long offset, long length)
    {
        if (offset % Page != 0 || length % Page != 0 || offset < 0 || offset + length > Length)
            throw new ArgumentException($"{offset}+{length} isn't a range of pages of {Length} bytes");
    }
}
