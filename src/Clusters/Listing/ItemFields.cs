using System.Text.Json;

namespace Holdfast.Clusters.Listing;

/// <summary>The places of an item's identity in its bytes. One instance is used for all items of a list.</summary>
internal sealed class ItemFields
{
    public readonly TextField Namespace = new();
    public readonly TextField Name = new();
    public readonly TextField Uid = new();
    public readonly TextField ResourceVersion = new();
    private int labelsStart;
    private int labelsEnd;
    private byte[]? labels;

    /// <summary>The item's bytes aren't kept: its fields are copied as they are read.</summary>
    public bool IsDetached { get; private set; }

    public bool HasKind { get; set; }

    public bool HasApiVersion { get; set; }

    public void Clear()
    {
        Namespace.Clear();
        Name.Clear();
        Uid.Clear();
        ResourceVersion.Clear();
        labelsStart = labelsEnd = 0;
        HasKind = HasApiVersion = IsDetached = false;
        labels = null;
    }

    public void BeginLabels(int start) => labelsStart = labelsEnd = start;

    public void EndLabels(int end) => labelsEnd = IsDetached ? labelsEnd : end;

    /// <summary>Copies the item's identity before its bytes are dropped.</summary>
    /// <param name="json">The item, as far as it was parsed.</param>
    public void Detach(ReadOnlySpan<byte> json)
    {
        IsDetached = true;
        labels = json[labelsStart..labelsEnd].ToArray();
        foreach (var field in (TextField[])[Namespace, Name, Uid, ResourceVersion])
            field.Detach(json);
    }

    /// <param name="json">The whole item; empty where it is detached.</param>
    public ListedItem In(ReadOnlySpan<byte> json) =>
        new()
        {
            Json = json,
            Namespace = Namespace.In(json),
            Name = Name.In(json),
            Uid = Uid.In(json),
            ResourceVersion = ResourceVersion.In(json),
            Labels = new(labels ?? json[labelsStart..labelsEnd], isProtobuf: false),
            HasTypeMeta = HasKind && HasApiVersion,
        };
}

/// <summary>
/// A string inside an item: a range of its bytes, or, if it has JSON escapes (a ClusterRole may be called <c>a&amp;b</c>), its
/// decoded copy.
/// </summary>
internal sealed class TextField
{
    private byte[] decoded = [];
    private int start;
    private int length;
    private bool isDecoded;
    private bool isDetached;

    public void Clear()
    {
        start = length = 0;
        isDecoded = isDetached = false;
    }

    public void Detach(ReadOnlySpan<byte> json)
    {
        isDetached = true;
        if (isDecoded)
            return;
        decoded = json.Slice(start, length).ToArray();
        isDecoded = true;
    }

    /// <param name="quote">The opening quote's offset in the item.</param>
    public void Set(ref Utf8JsonReader value, int quote)
    {
        isDecoded = value.ValueIsEscaped || isDetached;
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
