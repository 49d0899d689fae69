using System.Text.Json;

namespace Holdfast.Clusters.Listing;

/// <summary>Where in an item's bytes its identity stands. One instance serves all items of a list.</summary>
internal sealed class ItemFields
{
    public readonly TextField Namespace = new();
    public readonly TextField Name = new();
    public readonly TextField Uid = new();
    public readonly TextField ResourceVersion = new();
    private int labelsStart;
    private int labelsEnd;

    public bool HasKind { get; set; }

    public bool HasApiVersion { get; set; }

    public void Clear()
    {
        Namespace.Clear();
        Name.Clear();
        Uid.Clear();
        ResourceVersion.Clear();
        labelsStart = labelsEnd = 0;
        HasKind = HasApiVersion = false;
    }

    public void BeginLabels(int start) => labelsStart = labelsEnd = start;

    public void EndLabels(int end) => labelsEnd = end;

    public ListedItem In(ReadOnlySpan<byte> json, bool metadataOnly) => new()
    {
        Json = metadataOnly ? default : json,
        Namespace = Namespace.In(json),
        Name = Name.In(json),
        Uid = Uid.In(json),
        ResourceVersion = ResourceVersion.In(json),
        Labels = new(json[labelsStart..labelsEnd], isProtobuf: false),
        HasTypeMeta = HasKind && HasApiVersion,
    };
}

/// <summary>A string inside an item: a range of its bytes, or, where JSON escapes stand in it (a ClusterRole may be called <c>a&amp;b</c>), its decoded copy.</summary>
internal sealed class TextField
{
    private byte[] decoded = [];
    private int start;
    private int length;
    private bool isDecoded;

    public void Clear()
    {
        start = length = 0;
        isDecoded = false;
    }

    /// <param name="quote">The opening quote's offset in the item.</param>
    public void Set(ref Utf8JsonReader value, int quote)
    {
        isDecoded = value.ValueIsEscaped;
        start = quote + 1;
        length = value.ValueSpan.Length;
        if (!isDecoded)
            return;
        if (decoded.Length < length)
            decoded = new byte[length];
        length = value.CopyString(decoded);
    }

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => isDecoded ? decoded.AsSpan(0, length) : json.Slice(start, length);
}
