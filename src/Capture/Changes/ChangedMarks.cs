using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Machine.Faults;
using Holdfast.Manifests;

namespace Holdfast.Capture.Changes;

/// <summary>
/// The marks of objects of two points, read from the segments that differ between them: equal segments are equal objects, unread. At most
/// <see cref="MostParts"/> parts and <see cref="MostBytes"/> are read; segments beyond that are counted.
/// </summary>
internal sealed class ChangedMarks(RecoveryPointReader before, RecoveryPointReader after, SharedScope scope)
{
    private const int Parallel = 4;
    private const int MostParts = 256;
    private const long MostBytes = 32 << 20;

    private readonly Dictionary<(string, string?), Segment> earlier = scope.Before.ToDictionary(s => (s.Resource, s.Namespace));
    private readonly Dictionary<(string, string?), Segment> later = scope.After.ToDictionary(s => (s.Resource, s.Namespace));
    private int parts;
    private long bytes;

    /// <summary>Segments that changed and weren't read, since there were too many.</summary>
    public int Unread { get; private set; }

    /// <param name="of">Gives an object's marks.</param>
    public async Task<(Dictionary<string, string> Before, Dictionary<string, string> After)> ReadAsync(
        string[] types,
        Func<Segment, JsonObject, IEnumerable<(string Name, string Value)>> of,
        CancellationToken cancellation
    )
    {
        var (was, now) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var reads = new List<(RecoveryPointReader Point, Segment Segment, int Part, Dictionary<string, string> Into)>();
        foreach (var key in earlier.Keys.Union(later.Keys).Where(k => types.Contains(k.Item1, StringComparer.Ordinal)))
        {
            var (a, b) = (earlier.GetValueOrDefault(key), later.GetValueOrDefault(key));
            if (AreEqual(a, b) || !Afford(a, b))
                continue;
            reads.AddRange(Enumerable.Range(0, a?.Parts.Length ?? 0).Select(part => (before, a!, part, was)));
            reads.AddRange(Enumerable.Range(0, b?.Parts.Length ?? 0).Select(part => (after, b!, part, now)));
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            reads,
            options,
            async (read, stop) => Add(await read.Point.ReadPartAsync(read.Segment, read.Part, stop), read.Segment, of, read.Into)
        );
        return (was, now);
    }

    private static bool AreEqual(Segment? a, Segment? b) =>
        a is not null && b is not null && a.Parts.Select(p => p.RawDigest).SequenceEqual(b.Parts.Select(p => p.RawDigest));

    private bool Afford(Segment? a, Segment? b)
    {
        var all = new[] { a, b }.OfType<Segment>().SelectMany(s => s.Parts).ToList();
        var size = all.Sum(p => p.RawBytes);
        if (parts + all.Count > MostParts || bytes + size > MostBytes)
        {
            Unread++;
            return false;
        }
        (parts, bytes) = (parts + all.Count, bytes + size);
        return true;
    }

    private static void Add(
        IReadOnlyList<ReadOnlyMemory<byte>> manifests,
        Segment segment,
        Func<Segment, JsonObject, IEnumerable<(string Name, string Value)>> of,
        Dictionary<string, string> into
    )
    {
        var marks = manifests.SelectMany(manifest => MarksOf(manifest, segment, of)).ToList();
        lock (into)
        {
            foreach (var (name, value) in marks)
                into[name] = value;
        }
    }

    /// <summary>A manifest that can't be read has none; verification names it.</summary>
    private static List<(string Name, string Value)> MarksOf(
        ReadOnlyMemory<byte> manifest,
        Segment segment,
        Func<Segment, JsonObject, IEnumerable<(string Name, string Value)>> of
    )
    {
        try
        {
            return [.. of(segment, ManifestJson.Parse(manifest.Span))];
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return [];
        }
    }
}
