using System.Buffers;
using System.Text.Json;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Cuts a Kubernetes list into its items' bytes while the list arrives: fill <see cref="Space"/>, call <see cref="Advance"/>, and <see cref="Complete"/> at the end.
/// Each item goes to the receiver once its last brace is there. Memory is the largest item and one read; nothing is allocated for an item.
/// </summary>
/// <remarks>
/// The list is checked to be JSON to its last byte, so that a torn or foreign answer ends as an <see cref="InvalidDataException"/>, not as a short list.
/// Not thread-safe. After an exception the cutter can only be started again or disposed.
/// </remarks>
internal sealed class ItemCutter(ItemReceiver receiver) : IDisposable
{
    /// <summary>Where the next token is; a skipped value has no place of its own.</summary>
    private enum Place { Document, List, ListMetadata, Items, Item, ItemMetadata, Done }

    /// <summary>What the property name read last announces.</summary>
    private enum Field { Other, Items, Metadata, Kind, ApiVersion, ResourceVersion, Continue, Remaining, Name, Namespace, Uid, Labels }

    private const int ReadBytes = 128 << 10;
    private const int NotSkipping = -1;

    /// <summary>The server's own decoder stops at 10,000; the default of 64 is below what CRD schemas reach.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 20_000 };

    private readonly ItemFields item = new();
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * ReadBytes);
    private int keep;
    private int parsed;
    private int filled;
    private int parseAt;
    private JsonReaderState state = new(Options);
    private Place place = Place.Document;
    private Field field;
    private int skipTo = NotSkipping;
    private bool itemsSeen;
    private bool delivering;

    /// <summary>The list's resourceVersion; null until it was read.</summary>
    public string? Revision { get; private set; }

    /// <summary>Null: the last page, or not read yet.</summary>
    public string? Continue { get; private set; }
    public long? Remaining { get; private set; }

    /// <summary>The list's own kind: <c>PodList</c>, or <c>Status</c> where the answer is none.</summary>
    public string? Kind { get; private set; }
    public string? ApiVersion { get; private set; }
    public int Items { get; private set; }
    public long Bytes { get; private set; }

    /// <summary>Where to read into; at least half of <see cref="ReadBytes"/>.</summary>
    public Memory<byte> Space
    {
        get
        {
            if (buffer.Length - filled < ReadBytes / 2)
                MakeRoom();
            return buffer.AsMemory(filled);
        }
    }

    /// <summary>Takes in what was read into <see cref="Space"/>, delivering the items that it completes.</summary>
    /// <exception cref="InvalidDataException">It isn't a list.</exception>
    public void Advance(int bytes)
    {
        filled += bytes;
        Bytes += bytes;
        if (filled - parsed >= parseAt)
            Parse(final: false);
    }

    /// <summary>The response has ended.</summary>
    /// <exception cref="InvalidDataException">The list has not, or it never was one.</exception>
    public void Complete()
    {
        Parse(final: true);
        if (place != Place.Done || !itemsSeen)
            throw NotAList(null);
    }

    /// <summary>Forgets everything: another answer comes from its first byte on.</summary>
    public void Restart()
    {
        keep = parsed = filled = parseAt = 0;
        state = new JsonReaderState(Options);
        place = Place.Document;
        field = Field.Other;
        skipTo = NotSkipping;
        itemsSeen = delivering = false;
        Revision = Continue = Kind = ApiVersion = null;
        Remaining = null;
        Items = 0;
        Bytes = 0;
    }

    public void Dispose()
    {
        var rented = buffer;
        buffer = [];
        keep = parsed = filled = 0;
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private void MakeRoom()
    {
        var kept = filled - keep;
        var target = kept > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(buffer.Length * 2) : buffer;
        buffer.AsSpan(keep, kept).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = target;
        }
        parsed -= keep;
        filled = kept;
        keep = 0;
    }

    private void Parse(bool final)
    {
        var reader = new Utf8JsonReader(buffer.AsSpan(parsed, filled - parsed), final, state);
        try
        {
            while ((skipTo == NotSkipping || Skip(ref reader)) && reader.Read())
                Take(ref reader);
        }
        catch (Exception e) when (!delivering && e is (JsonException or InvalidOperationException))
        {
            throw NotAList(e);
        }
        state = reader.CurrentState;
        var consumed = (int)reader.BytesConsumed;
        parsed += consumed;
        if (place is not (Place.Item or Place.ItemMetadata))
            keep = parsed;
        // One long string is scanned from its start by every attempt: wait for twice as much, so that the sum stays linear.
        parseAt = consumed == 0 ? 2 * (filled - parsed) : 0;
    }

    /// <summary>Runs to the end of a value that nobody asks for. This loop is where the time goes.</summary>
    private bool Skip(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.CurrentDepth != skipTo)
                continue;
            if (field == Field.Labels && place == Place.ItemMetadata && reader.TokenType == JsonTokenType.EndObject)
                item.EndLabels(parsed + (int)reader.BytesConsumed - keep);
            skipTo = NotSkipping;
            return true;
        }
        return false;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                field = Announced(ref reader);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                Leave(ref reader);
                break;
            default:
                TakeValue(ref reader);
                break;
        }
    }

    private Field Announced(ref Utf8JsonReader name) => place switch
    {
        Place.ItemMetadata =>
            name.ValueTextEquals("name"u8) ? Field.Name
            : name.ValueTextEquals("namespace"u8) ? Field.Namespace
            : name.ValueTextEquals("uid"u8) ? Field.Uid
            : name.ValueTextEquals("resourceVersion"u8) ? Field.ResourceVersion
            : name.ValueTextEquals("labels"u8) ? Field.Labels
            : Field.Other,
        Place.Item =>
            name.ValueTextEquals("metadata"u8) ? Field.Metadata
            : name.ValueTextEquals("kind"u8) ? Field.Kind
            : name.ValueTextEquals("apiVersion"u8) ? Field.ApiVersion
            : Field.Other,
        Place.ListMetadata =>
            name.ValueTextEquals("resourceVersion"u8) ? Field.ResourceVersion
            : name.ValueTextEquals("continue"u8) ? Field.Continue
            : name.ValueTextEquals("remainingItemCount"u8) ? Field.Remaining
            : Field.Other,
        _ =>
            name.ValueTextEquals("items"u8) ? Field.Items
            : name.ValueTextEquals("metadata"u8) ? Field.Metadata
            : name.ValueTextEquals("kind"u8) ? Field.Kind
            : name.ValueTextEquals("apiVersion"u8) ? Field.ApiVersion
            : Field.Other,
    };

    private void TakeValue(ref Utf8JsonReader value)
    {
        switch (place, field)
        {
            case (Place.Document, _):
                Enter(Place.List, ref value, JsonTokenType.StartObject);
                break;
            case (Place.Items, _):
                keep = parsed + (int)value.TokenStartIndex;
                item.Clear();
                Enter(Place.Item, ref value, JsonTokenType.StartObject);
                break;
            case (Place.List, Field.Items):
                itemsSeen = true;
                if (value.TokenType != JsonTokenType.Null)
                    Enter(Place.Items, ref value, JsonTokenType.StartArray);
                break;
            case (Place.List, Field.Metadata) when value.TokenType == JsonTokenType.StartObject:
                place = Place.ListMetadata;
                break;
            case (Place.Item, Field.Metadata) when value.TokenType == JsonTokenType.StartObject:
                place = Place.ItemMetadata;
                break;
            default:
                TakeDetail(ref value);
                break;
        }
    }

    private void Enter(Place inside, ref Utf8JsonReader value, JsonTokenType expected)
    {
        if (value.TokenType != expected)
            throw NotAList(null);
        place = inside;
    }

    private void TakeDetail(ref Utf8JsonReader value)
    {
        var start = parsed + (int)value.TokenStartIndex - keep;
        if (value.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            skipTo = value.CurrentDepth;
            if (place == Place.ItemMetadata && field == Field.Labels && value.TokenType == JsonTokenType.StartObject)
                item.BeginLabels(start);
        }
        else if (place == Place.Item)
        {
            item.HasKind |= field == Field.Kind;
            item.HasApiVersion |= field == Field.ApiVersion;
        }
        else if (value.TokenType == JsonTokenType.String && place == Place.ItemMetadata)
        {
            TakeIdentity(ref value, start);
        }
        else
        {
            TakeListDetail(ref value);
        }
    }

    private void TakeIdentity(ref Utf8JsonReader value, int start)
    {
        switch (field)
        {
            case Field.Name:
                item.Name.Set(ref value, start);
                break;
            case Field.Namespace:
                item.Namespace.Set(ref value, start);
                break;
            case Field.Uid:
                item.Uid.Set(ref value, start);
                break;
            case Field.ResourceVersion:
                item.ResourceVersion.Set(ref value, start);
                break;
        }
    }

    private void TakeListDetail(ref Utf8JsonReader value)
    {
        switch (place, field)
        {
            case (Place.List, Field.Kind) when value.TokenType == JsonTokenType.String:
                Kind = value.GetString();
                break;
            case (Place.List, Field.ApiVersion) when value.TokenType == JsonTokenType.String:
                ApiVersion = value.GetString();
                break;
            case (Place.ListMetadata, Field.ResourceVersion) when value.TokenType == JsonTokenType.String:
                Revision = value.GetString();
                break;
            case (Place.ListMetadata, Field.Continue) when value.TokenType == JsonTokenType.String:
                Continue = value.ValueSpan.IsEmpty ? null : value.GetString();
                break;
            case (Place.ListMetadata, Field.Remaining) when value.TokenType == JsonTokenType.Number && value.TryGetInt64(out var count):
                Remaining = count;
                break;
        }
    }

    private void Leave(ref Utf8JsonReader reader)
    {
        switch (place)
        {
            case Place.ItemMetadata:
                place = Place.Item;
                break;
            case Place.Item:
                Items++;
                place = Place.Items;
                delivering = true;
                receiver(item.In(buffer.AsSpan(keep, parsed + (int)reader.BytesConsumed - keep)));
                delivering = false;
                break;
            case Place.Items or Place.ListMetadata:
                place = Place.List;
                break;
            case Place.List:
                place = Place.Done;
                break;
        }
    }

    private static InvalidDataException NotAList(Exception? inner) => new("the answer is not a complete Kubernetes list", inner);
}
