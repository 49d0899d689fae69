using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Verification;

/// <summary>A part, where it was seen first, and how many more points name it.</summary>
internal sealed class NamedPart(Part part, PointId point, string segment)
{
    public Part Part => part;
    public PointId Point => point;
    public string Segment => segment;
    public int OtherPoints { get; set; }
}

/// <summary>Every distinct part that points name, by pack: what many points share is proven once.</summary>
internal sealed class ReferencedParts
{
    private readonly Dictionary<ContentDigest, Dictionary<(long, long, ContentDigest), NamedPart>> packs = [];

    public IReadOnlyCollection<ContentDigest> Packs => packs.Keys;

    public IReadOnlyCollection<NamedPart> In(ContentDigest pack) => packs[pack].Values;

    /// <summary>Points that don't count: retention expired them.</summary>
    public HashSet<PointId> Expired { get; } = [];

    public bool Name(ContentDigest pack) => packs.ContainsKey(pack);

    /// <summary>Newest points first, so that a finding names the newest damaged one.</summary>
    public void Add(PointId point, Inventory inventory)
    {
        foreach (var segment in inventory.Segments)
        {
            foreach (var part in segment.Parts)
                Add(point, InventoryRules.Describe(segment), part);
        }
    }

    private void Add(PointId point, string segment, Part part)
    {
        if (!packs.TryGetValue(part.Pack, out var parts))
            packs.Add(part.Pack, parts = []);
        var key = (part.Offset, part.Length, part.RawDigest);
        if (!parts.TryGetValue(key, out var named))
            parts.Add(key, new NamedPart(part, point, segment));
        else if (named.Point != point)
            named.OtherPoints++;
    }
}
