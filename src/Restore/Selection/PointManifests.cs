using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Manifests;

namespace Holdfast.Restore.Selection;

/// <summary>Reads one part of a segment: its manifests in order, proven by the part's digest.</summary>
public delegate Task<IReadOnlyList<ReadOnlyMemory<byte>>> PartReader(Segment segment, int part, CancellationToken cancellation);

/// <summary>One manifest and where it is in the point.</summary>
/// <param name="Segment">Index into the inventory's segments.</param>
public readonly record struct PointManifest(int Segment, int Part, int Line, ReadOnlyMemory<byte> Json);

/// <param name="Digest">Of the manifest's bytes as they are stored.</param>
internal readonly record struct ParsedManifest(PointManifest Source, JsonObject Manifest, ContentDigest Digest);

/// <summary>A manifest that no reader takes: whoever reads the point skips it and says so.</summary>
/// <param name="Name">As much as is known: its name, or where it is in its part.</param>
/// <param name="Fault">For a person.</param>
public sealed record UnreadableManifest(PointManifest Source, ContentDigest Digest, string Name, string Fault);

/// <summary>A point's manifests as planning and comparing read them: by segment, in order, a few parts ahead. Thread-safe.</summary>
public sealed class PointManifests
{
    private const int PartsAhead = 4;
    private const long BytesAhead = 24 << 20;

    private readonly PartReader read;
    private readonly Dictionary<string, TypeEntry> types;
    private readonly ILookup<string, int> segments;
    private readonly Dictionary<(string Group, string Kind), ResourceType> kinds = [];
    private readonly ConcurrentDictionary<(int Segment, int Part, int Line), UnreadableManifest> unreadable = new();

    public PointManifests(RecoveryPointReader point)
        : this(point.Inventory, point.ReadPartAsync) { }

    public PointManifests(Inventory inventory, PartReader read)
    {
        this.read = read;
        Inventory = inventory;
        types = new(StringComparer.Ordinal);
        foreach (var entry in inventory.Types)
        {
            kinds.TryAdd((entry.Type.Group, entry.Type.Kind), entry.Type);
            if (entry.State == TypeState.Captured)
                types.TryAdd(entry.Type.GroupResource, entry);
        }
        segments = Enumerable.Range(0, inventory.Segments.Length).ToLookup(i => inventory.Segments[i].Resource, StringComparer.Ordinal);
    }

    public Inventory Inventory { get; }

    /// <summary>What was passed over so far, in the order of the point.</summary>
    public IReadOnlyList<UnreadableManifest> Unreadable => [.. unreadable.OrderBy(u => u.Key).Select(u => u.Value)];

    /// <summary>The captured types that have objects.</summary>
    public IEnumerable<ResourceType> Types => types.Values.Select(t => t.Type).Where(t => segments.Contains(t.GroupResource));

    public ResourceType? Type(string groupResource) => types.GetValueOrDefault(groupResource)?.Type;

    /// <summary>The type of that kind that the captured cluster served, whether or not the point holds objects of it.</summary>
    public ResourceType? OfKind(string group, string kind) =>
        kinds.GetValueOrDefault((group, kind)) ?? (group == "extensions" ? kinds.GetValueOrDefault(("apps", kind)) : null);

    /// <summary>
    /// Indexes of a type's segments, in the order in which an API server lists all namespaces: that of <c>namespace/</c>.
    /// </summary>
    public ImmutableArray<int> SegmentsOf(string groupResource) =>
        [.. segments[groupResource].OrderBy(i => Inventory.Segments[i].Namespace is { } ns ? ns + "/" : "", StringComparer.Ordinal)];

    /// <summary>The manifests of these segments, in their order, parsed ahead on other threads than the caller's.</summary>
    internal async IAsyncEnumerable<ParsedManifest> ReadParsedAsync(
        IEnumerable<int> of,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var (_, _, manifests) in AheadAsync(PartsOf(of), ParseAsync, cancellation))
        {
            foreach (var manifest in manifests)
                yield return manifest;
        }
    }

    /// <summary>These parts, in their order, read ahead as far as memory allows.</summary>
    public IAsyncEnumerable<(int Segment, int Part, IReadOnlyList<ReadOnlyMemory<byte>> Manifests)> ReadPartsAsync(
        IEnumerable<(int Segment, int Part)> parts,
        CancellationToken cancellation
    ) => AheadAsync(parts, (segment, part, token) => read(Inventory.Segments[segment], part, token), cancellation);

    private async Task<List<ParsedManifest>> ParseAsync(int segment, int part, CancellationToken cancellation)
    {
        var manifests = await read(Inventory.Segments[segment], part, cancellation);
        var parsed = new List<ParsedManifest>(manifests.Count);
        for (var line = 0; line < manifests.Count; line++)
        {
            var source = new PointManifest(segment, part, line, manifests[line]);
            if (TryParse(source.Json.Span) is { } manifest)
                parsed.Add(new(source, manifest, ContentDigest.Of(source.Json.Span)));
            else
                Skip(source);
        }
        return parsed;
    }

    private static JsonObject? TryParse(ReadOnlySpan<byte> manifest)
    {
        try
        {
            return ManifestJson.Parse(manifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Notes a manifest that can't be read.</summary>
    internal UnreadableManifest Skip(PointManifest source) =>
        unreadable.GetOrAdd(
            (source.Segment, source.Part, source.Line),
            static (_, at) =>
                new(
                    at,
                    ContentDigest.Of(at.Json.Span),
                    ManifestText.Describe(at.Json.Span, at.Line),
                    ManifestText.Fault(at.Json) ?? "it can't be read"
                ),
            source
        );

    private async IAsyncEnumerable<(int Segment, int Part, T Content)> AheadAsync<T>(
        IEnumerable<(int Segment, int Part)> parts,
        Func<int, int, CancellationToken, Task<T>> open,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = new Queue<(int Segment, int Part, Task<T> Read)>();
        long bytes = 0;
        using var rest = parts.GetEnumerator();
        var more = true;
        try
        {
            while (true)
            {
                while (more && (ahead.Count == 0 || (ahead.Count < PartsAhead && bytes < BytesAhead)))
                {
                    more = rest.MoveNext();
                    if (!more)
                        break;
                    var (segment, part) = rest.Current;
                    bytes += Inventory.Segments[segment].Parts[part].RawBytes;
                    // unpacking is work: on a thread of its own it runs beside the caller's
                    ahead.Enqueue((segment, part, Task.Run(() => open(segment, part, abandoned.Token), abandoned.Token)));
                }
                if (!ahead.TryDequeue(out var next))
                    yield break;
                var content = await next.Read;
                bytes -= Inventory.Segments[next.Segment].Parts[next.Part].RawBytes;
                yield return (next.Segment, next.Part, content);
            }
        }
        finally
        {
            await AbandonAsync(abandoned, ahead.Select(a => a.Read));
        }
    }

    private IEnumerable<(int Segment, int Part)> PartsOf(IEnumerable<int> of)
    {
        foreach (var segment in of)
            for (var part = 0; part < Inventory.Segments[segment].Parts.Length; part++)
                yield return (segment, part);
    }

    /// <summary>Reads that are no longer waited for end before the enumeration does; how they end does not matter.</summary>
    private static async Task AbandonAsync(CancellationTokenSource abandoned, IEnumerable<Task> reads)
    {
        await abandoned.CancelAsync();
        foreach (var reading in reads.ToList())
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
