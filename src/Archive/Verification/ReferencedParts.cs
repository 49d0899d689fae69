using Holdfast.Archive.Encryption;
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

    /// <summary>What it is encrypted as; null: it isn't, or its inventory can't be read without the key.</summary>
    public ItemContext? Context { get; init; }
}

/// <summary>Every distinct part that points name, by pack: what many points share is proven once.</summary>
internal sealed class ReferencedParts
{
    private readonly Dictionary<ContentDigest, Dictionary<(long, long, ContentDigest), NamedPart>> packs = [];

    public IReadOnlyCollection<ContentDigest> Packs => packs.Keys;

    public IReadOnlyCollection<NamedPart> In(ContentDigest pack) => packs[pack].Values;

    /// <summary>Points that don't count: retention expired them.</summary>
    public HashSet<PointId> Expired { get; } = [];

    /// <summary>The data keys that parts, or inventories, are encrypted with.</summary>
    public HashSet<ContentDigest> Keys { get; } = [];

    public bool Name(ContentDigest pack) => packs.ContainsKey(pack);

    /// <summary>Newest points first, so that a finding names the newest damaged one.</summary>
    public void Add(PointId point, Inventory inventory)
    {
        foreach (var segment in inventory.Segments)
        {
            var context = segment.Parts is [{ Key: not null }, ..]
                ? ItemContext.OfParts(inventory.Cluster, inventory.ClusterUid, segment.Resource, segment.Namespace)
                : null;
            foreach (var part in segment.Parts)
                Add(point, InventoryRules.Describe(segment), part, context);
        }
    }

    /// <summary>The packs of a point whose inventory can't be read without the key: of each its bytes as a whole can be proven.</summary>
    public void Add(PointId point, PointOutline outline)
    {
        foreach (var pack in outline.Packs)
        {
            var whole = new Part
            {
                Objects = 0,
                RawBytes = 0,
                RawDigest = pack.Pack,
                Pack = pack.Pack,
                Offset = 0,
                Length = pack.Bytes,
                PackVersion = pack.Version,
                Key = outline.Key,
            };
            Add(point, "what is encrypted", whole, null);
        }
    }

    private void Add(PointId point, string segment, Part part, ItemContext? context)
    {
        if (part.Key is { } key)
            Keys.Add(key);
        if (!packs.TryGetValue(part.Pack, out var parts))
            packs.Add(part.Pack, parts = []);
        var place = (part.Offset, part.Length, part.RawDigest);
        if (!parts.TryGetValue(place, out var named))
            parts.Add(place, new NamedPart(part, point, segment) { Context = context });
        else if (named.Point != point)
            named.OtherPoints++;
    }
}
