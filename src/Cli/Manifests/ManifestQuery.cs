using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Errors;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Selection;

namespace Holdfast.Cli.Manifests;

/// <summary>Which manifests of a point are meant.</summary>
internal sealed class ManifestQuery
{
    private readonly string[] namespaces;
    private readonly LabelSelector? labels;
    private readonly List<Meant> meant = [];

    private ManifestQuery(ImmutableArray<ObjectReference> references, string[] namespaces, LabelSelector? labels) =>
        (References, this.namespaces, this.labels) = (references, namespaces, labels);

    /// <summary>As typed; empty: everything.</summary>
    public ImmutableArray<ObjectReference> References { get; }

    /// <param name="words">As kubectl takes them; none: everything.</param>
    /// <param name="namespaces">Names or patterns; empty: every namespace and cluster scope.</param>
    /// <param name="selector">Null: whatever their labels.</param>
    /// <exception cref="UsageException">They can't be understood.</exception>
    public static ManifestQuery Parse(IReadOnlyList<string> words, string[] namespaces, string? selector)
    {
        string? error = null;
        var wanted = string.IsNullOrWhiteSpace(selector) ? null : LabelSelector.TryParse(selector, out error);
        return error is null ? new(ParseReferences(words), namespaces, wanted) : throw new UsageException(error);
    }

    /// <exception cref="UsageException">They can't be understood.</exception>
    public static ImmutableArray<ObjectReference> ParseReferences(IReadOnlyList<string> words)
    {
        try
        {
            return ObjectReference.Parse(words);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Finds out what the kinds mean in the point.</summary>
    /// <exception cref="FailedException">The point holds no such kind.</exception>
    public async Task ResolveAsync(RecoveryPointReader point, CancellationToken cancellation)
    {
        ResourceType[] types = [.. point.Inventory.Types.Where(t => t.Type.Resource != "*").Select(t => t.Type)];
        var customNames = await CustomNames.ReadAsync([new(point)], References.Select(r => r.Kind), types, cancellation);
        foreach (var reference in References)
        {
            var found = KindNames.Find(reference.Kind, types, customNames);
            if (found.IsEmpty)
                throw new FailedException(
                    $"the point knows no kind '{reference.Kind}'; `holdfast show` lists its types"
                        + NearMatches.Among(reference.Kind, KindNames.Spellings(types))
                );
            Check(point.Inventory, found);
            meant.Add(new(reference, [.. found.Select(t => t.GroupResource)]));
        }
    }

    /// <summary>In the inventory's order, each with where it is, for messages. Bytes are valid until the next one is asked for.</summary>
    public async IAsyncEnumerable<(ReadOnlyMemory<byte> Json, Segment Segment, int Line)> ReadAsync(
        RecoveryPointReader point,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        foreach (var segment in point.Inventory.Segments)
        {
            var ofSegment = meant.FindAll(m => m.Resources.Contains(segment.Resource));
            if (!IsMeant(segment) || (ofSegment.Count == 0 && meant.Count > 0))
                continue;
            var line = 0;
            await foreach (var manifest in point.ReadSegmentAsync(segment, cancellation))
            {
                if (IsMeant(manifest, ofSegment))
                    yield return (manifest, segment, line);
                line++;
            }
        }
    }

    /// <exception cref="FailedException">An object that was named wasn't found, or nothing was.</exception>
    public void CheckFound()
    {
        var nothing = meant.TrueForAll(m => !m.IsFound);
        var missing = meant.FindAll(m => !m.IsFound && (nothing || m.Reference.Name is not null));
        if (missing.Count == 0)
            return;
        var place = namespaces.Length == 0 ? "" : $" in {string.Join(", ", namespaces)}";
        throw new FailedException(
            $"the point holds no {string.Join(", ", missing.Select(m => m.Reference))}{place}{(labels is null ? "" : " with these labels")}"
                + $"; `holdfast show` lists what it holds{(missing is [var one] ? one.Near : null)}"
        );
    }

    private static void Check(Inventory inventory, ImmutableArray<ResourceType> found)
    {
        var types = inventory.Types.Where(t => found.Contains(t.Type)).ToArray();
        var captured = types.Where(t => t.State == TypeState.Captured && t.Objects > 0);
        if (!captured.Any() && Array.Find(types, t => t.State != TypeState.Captured) is { } missing)
            throw new FailedException(
                $"{missing.Type} is not in the point: {(missing.State == TypeState.Excluded ? "excluded by" : "failed:")} "
                    + $"{missing.Rule ?? missing.Error}"
            );
    }

    private bool IsMeant(Segment segment) =>
        namespaces.Length == 0 || (segment.Namespace is { } ns && Array.Exists(namespaces, pattern => NamePattern.Matches(pattern, ns)));

    private bool IsMeant(ReadOnlyMemory<byte> manifest, List<Meant> ofSegment)
    {
        if (!HasLabels(manifest))
            return false;
        if (ofSegment.Count == 0)
            return true;
        var name = ofSegment.TrueForAll(m => m.Reference.Name is null) ? null : ManifestText.NameOf(manifest.Span);
        var found = false;
        foreach (var one in ofSegment)
            found |= one.Takes(name);
        return found;
    }

    /// <summary>What can't be read is taken, so that it is reported.</summary>
    private bool HasLabels(ReadOnlyMemory<byte> manifest) =>
        labels is null
        || ManifestText.Fault(manifest) is not null
        || labels.Matches(ManifestJson.Parse(manifest.Span).Object("metadata").Object("labels"));

    /// <summary>A reference with the types that it means in the point.</summary>
    private sealed class Meant(ObjectReference reference, HashSet<string> resources)
    {
        private readonly NearMatches near = new(reference.Name ?? "");

        public ObjectReference Reference => reference;

        public HashSet<string> Resources => resources;

        public bool IsFound { get; private set; }

        public string Near => reference.Name is null ? "" : near.ToString();

        public bool Takes(string? name)
        {
            var taken = reference.Name is null || reference.Name == name;
            IsFound |= taken;
            if (!taken && name is not null)
                near.Offer(name);
            return taken;
        }
    }
}
