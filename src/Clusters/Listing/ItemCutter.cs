using System.Text.Json;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Cuts a list in JSON into its items' bytes. The list and the outline of its items are checked to be JSON to the last byte, so that a torn or foreign answer ends as an
/// <see cref="InvalidDataException"/>, not as a short list. Of values that are only passed on, brackets and strings must end; the server that wrote them answers for the rest.
/// </summary>
/// <param name="metadataOnly">Leave <see cref="ListedItem.Json"/> empty.</param>
internal sealed class ItemCutter(ItemReceiver receiver, bool metadataOnly = false) : ListCutter
{
    /// <summary>Where the next token is; a skipped value has no place of its own.</summary>
    private enum Place { Document, List, ListMetadata, Items, Item, ItemMetadata, Done }

    /// <summary>What the property name read last announces.</summary>
    private enum Field { Other, Items, Metadata, Kind, ApiVersion, ResourceVersion, Continue, Remaining, Name, Namespace, Uid, Labels }

    /// <summary>The server's own decoder stops at 10,000; the default of 64 is below what CRD schemas reach.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 20_000 };

    private readonly ItemFields item = new();
    private int parseAt;
    private JsonReaderState state = new(Options);
    private Place place = Place.Document;
    private Field field;
    private NestedValue nested;
    private bool itemsSeen;
    private bool delivering;

    protected override bool IsComplete => place == Place.Done && itemsSeen;

    protected override void Parse(bool final)
    {
        if (Unparsed.Length < parseAt && !final)
            return;
        var skipped = nested.IsOpen;
        while (!skipped || Skip())
        {
            Read(final, skipped);
            if (!nested.IsOpen)
                return;
            skipped = true;
        }
    }

    /// <summary>Takes tokens up to a value that is to be skipped, or to the end of what is there.</summary>
    /// <param name="skipped">The first token closes a skipped value. For the reader that value is empty: it goes on as it was behind the opening bracket.</param>
    private void Read(bool final, bool skipped)
    {
        var unparsed = Unparsed;
        var reader = new Utf8JsonReader(unparsed, final, state);
        try
        {
            if (skipped)
                reader.Read();
            while (!nested.IsOpen && reader.Read())
                Take(ref reader);
        }
        catch (Exception e) when (!delivering && e is (JsonException or InvalidOperationException))
        {
            throw NotAList(e);
        }
        state = reader.CurrentState;
        Move((int)reader.BytesConsumed);
        // One long string is scanned from its start by every attempt: wait for twice as much, so that the sum stays linear.
        parseAt = reader.BytesConsumed == 0 ? 2 * unparsed.Length : 0;
    }

    /// <summary>Moves to the end of a value that nobody asks for: most of a list's bytes are in such. False: it has not come yet.</summary>
    private bool Skip()
    {
        var end = nested.FindEnd(Unparsed);
        if (end >= 0 && field == Field.Labels && place == Place.ItemMetadata && Unparsed[end] == (byte)'}')
            item.EndLabels(Parsed + end + 1 - Keep);
        Move(end < 0 ? Unparsed.Length : end);
        return end >= 0;
    }

    private void Move(int bytes)
    {
        Parsed += bytes;
        if (place is not (Place.Item or Place.ItemMetadata))
            Keep = Parsed;
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
                Keep = Parsed + (int)value.TokenStartIndex;
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
            throw NotAList();
        place = inside;
    }

    private void TakeDetail(ref Utf8JsonReader value)
    {
        var start = Parsed + (int)value.TokenStartIndex - Keep;
        if (value.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            nested.Open();
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
                receiver(item.In(Kept(Parsed + (int)reader.BytesConsumed - Keep), metadataOnly));
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
}
