using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Comparing;

namespace Holdfast.Functions.Api.Points;

/// <summary>Which manifests of a point are meant.</summary>
/// <param name="Resources">Group-resources; null: all.</param>
/// <param name="Namespaces">Names or patterns; empty: all, and cluster scope.</param>
internal sealed record ManifestFilter(ImmutableHashSet<string>? Resources, IReadOnlyList<string> Namespaces, string? Name)
{
    public bool Takes(Segment segment) =>
        Resources?.Contains(segment.Resource) != false
        && (Namespaces.Count == 0 || (segment.Namespace is { } ns && Namespaces.Any(pattern => NamePattern.Matches(pattern, ns))));

    public bool Takes(Segment segment, ReadOnlySpan<byte> manifest)
    {
        if (Name is null)
            return true;
        var key = ManifestKey.Of(manifest);
        return segment.Namespace is null
            ? key == Name
            : key.Length == segment.Namespace.Length + 1 + Name.Length && key.EndsWith("/" + Name, StringComparison.Ordinal);
    }
}

/// <summary>Some manifests of a point: as many as a page may have, at most a few MiB of them.</summary>
internal sealed class ManifestPage
{
    private const int Bytes = 4 << 20;

    private readonly List<byte[]> items = [];
    private readonly SecretData? secrets;
    private long size;

    private ManifestPage(bool showSecrets) => secrets = showSecrets ? null : new();

    public IReadOnlyList<byte[]> Items => items;

    /// <summary>Where the next page begins; null: this was the last.</summary>
    public ManifestPosition? Next { get; private set; }

    /// <summary>How many Secrets are on the page with their data.</summary>
    public int SecretsShown { get; private set; }

    /// <param name="showSecrets">Manifests of Secrets as they are stored; otherwise a digest replaces each value.</param>
    public static async Task<ManifestPage> ReadAsync(
        RecoveryPointReader point,
        ManifestFilter filter,
        ManifestPosition from,
        int limit,
        bool showSecrets,
        CancellationToken cancellation
    )
    {
        var page = new ManifestPage(showSecrets);
        var segments = point.Inventory.Segments;
        for (var s = from.Segment; s < segments.Length; s++)
        {
            if (!filter.Takes(segments[s]))
                continue;
            var begin = s == from.Segment ? from : new(s, 0, 0);
            if (await page.AddAsync(point, segments[s], begin, filter, limit, cancellation))
                return page;
        }
        return page;
    }

    /// <returns>True: the page is full.</returns>
    private async Task<bool> AddAsync(
        RecoveryPointReader point,
        Segment segment,
        ManifestPosition from,
        ManifestFilter filter,
        int limit,
        CancellationToken cancellation
    )
    {
        for (var p = from.Part; p < segment.Parts.Length; p++)
        {
            var manifests = await point.ReadPartAsync(segment, p, cancellation);
            for (var line = p == from.Part ? from.Line : 0; line < manifests.Count; line++)
            {
                if (!filter.Takes(segment, manifests[line].Span))
                    continue;
                if (items.Count == limit || (items.Count > 0 && size + manifests[line].Length > Bytes))
                {
                    Next = new(from.Segment, p, line);
                    return true;
                }
                Add(segment, manifests[line], line);
            }
        }
        return false;
    }

    private void Add(Segment segment, ReadOnlyMemory<byte> manifest, int line)
    {
        var item =
            ManifestText.Fault(manifest) is { } fault ? Unreadable(segment, manifest.Span, line, fault)
            : segment.Resource == KnownTypes.Secrets ? Secret(manifest.Span)
            : manifest.ToArray();
        items.Add(item);
        size += item.Length;
    }

    /// <summary>Stands for a manifest that no reader takes, and that isn't put into a page of JSON as it is.</summary>
    private static byte[] Unreadable(Segment segment, ReadOnlySpan<byte> manifest, int line, string fault) =>
        ManifestJson.Write(
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = ManifestText.Describe(manifest, line), ["namespace"] = segment.Namespace },
                ["unreadable"] = $"{segment.Resource}: {fault}",
            }
        );

    private byte[] Secret(ReadOnlySpan<byte> manifest)
    {
        if (secrets is null)
        {
            SecretsShown++;
            return manifest.ToArray();
        }
        var document = ManifestJson.Parse(manifest);
        secrets.Redact(document);
        return ManifestJson.Write(document);
    }
}
