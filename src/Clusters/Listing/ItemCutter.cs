using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Cuts a list in JSON into its items' bytes. The list and the outline of its items are checked to be JSON to the last byte, so that a
/// truncated or foreign answer is an <see cref="InvalidDataException"/>, not a short list. In values that are only copied, just brackets
/// and strings are checked; the server is responsible for the rest.
/// </summary>
/// <param name="metadataOnly">Leave <see cref="ListedItem.Json"/> empty.</param>
/// <param name="limits">Null: the default ones. A larger item is skipped: it is delivered without its bytes once its end has been
/// read.</param>
internal sealed class ItemCutter(ItemReceiver receiver, bool metadataOnly = false, AnswerLimits? limits = null)
    : ListCutter(limits ?? AnswerLimits.Default)
{
    /// <summary>The state of the parser; skipping a value isn't a state.</summary>
    private enum Place
    {
        Document,
        List,
        ListMetadata,
        Items,
        Item,
        ItemMetadata,
        Done,
    }

    /// <summary>The meaning of the last property name.</summary>
    private enum Field
    {
        Other,
        Items,
        Metadata,
        Kind,
        ApiVersion,
        ResourceVersion,
        Continue,
        Remaining,
        Name,
        Namespace,
        Uid,
        Labels,
    }

    /// <summary>The server's own decoder stops at 10,000; a reader's default of 64 is below what CRD schemas reach.</summary>
    public const int MaxDepth = 20_000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private readonly ItemFields item = new();
    private int parseAt;
    private JsonReaderState state = new(Options);
    private Place place = Place.Document;
    private Field field;
    private NestedValue nested;
    private LongText text;
    private long itemAt;
    private bool itemTooDeep;
    private bool itemsSeen;
    private bool delivering;

    protected override bool IsComplete => place == Place.Done && itemsSeen;

    protected override void Parse(bool final)
    {
        if ((text.IsOpen && !SkipText()) || (Unparsed.Length < parseAt && !final))
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

    /// <summary>
    /// Of an item that is too large, only its identity is kept; then the end of the current value is searched for, which may be a single
    /// string.
    /// </summary>
    protected override void PassOver()
    {
        parseAt = 0;
        Parse(final: false);
        if (Held <= Limits.ObjectBytes || place is not (Place.Item or Place.ItemMetadata))
            return;
        if (!item.IsDetached)
            item.Detach(Kept(Parsed - Keep));
        Keep = Parsed;
        var space = Unparsed.IndexOfAnyExcept(" \t\r\n"u8);
        if (Held <= Limits.ObjectBytes || space < 0 || Unparsed[space] != (byte)'"')
            return;
        Move(space);
        text.Open();
        Parse(final: false);
    }

    /// <summary>Reads tokens up to a value to skip, or to the end of the buffer.</summary>
    /// <param name="skipped">
    /// The first token closes a skipped value. To the reader that value is empty: it continues as it was after the opening bracket.
    /// </param>
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
        catch (Exception e) when (!delivering && e is not ClusterException && ForeignBytes.AreAtFault(e))
        {
            throw NotAList(e);
        }
        state = reader.CurrentState;
        Move((int)reader.BytesConsumed);
        // Every attempt scans a long string from its start: wait until there is twice as much, so that the total cost stays linear.
        parseAt = reader.BytesConsumed == 0 ? 2 * unparsed.Length : 0;
    }

    /// <summary>
    /// Moves to the end of a value that isn't needed, which most of a list's bytes are in. False: the end hasn't arrived yet.
    /// </summary>
    private bool Skip()
    {
        var end = nested.FindEnd(Unparsed);
        if (end >= 0 && field == Field.Labels && place == Place.ItemMetadata && Unparsed[end] == (byte)'}')
            item.EndLabels(Parsed + end + 1 - Keep);
        Move(end < 0 ? Unparsed.Length : end);
        itemTooDeep |= nested.IsTooDeep;
        return end >= 0;
    }

    /// <summary>
    /// Moves to the end of a string that is too long to hold; its last byte then becomes an empty string's, which the reader accepts.
    /// False: the end hasn't arrived yet.
    /// </summary>
    private bool SkipText()
    {
        var end = text.FindEnd(Unparsed[1..]);
        Move(end < 0 ? Unparsed.Length - 1 : end);
        if (end >= 0)
            Replace((byte)'"');
        return end >= 0;
    }

    private void Move(int bytes)
    {
        Parsed += bytes;
        if (place is not (Place.Item or Place.ItemMetadata) || item.IsDetached)
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

    private Field Announced(ref Utf8JsonReader name) =>
        place switch
        {
            Place.ItemMetadata => name.ValueTextEquals("name"u8) ? Field.Name
            : name.ValueTextEquals("namespace"u8) ? Field.Namespace
            : name.ValueTextEquals("uid"u8) ? Field.Uid
            : name.ValueTextEquals("resourceVersion"u8) ? Field.ResourceVersion
            : name.ValueTextEquals("labels"u8) ? Field.Labels
            : Field.Other,
            Place.Item => name.ValueTextEquals("metadata"u8) ? Field.Metadata
            : name.ValueTextEquals("kind"u8) ? Field.Kind
            : name.ValueTextEquals("apiVersion"u8) ? Field.ApiVersion
            : Field.Other,
            Place.ListMetadata => name.ValueTextEquals("resourceVersion"u8) ? Field.ResourceVersion
            : name.ValueTextEquals("continue"u8) ? Field.Continue
            : name.ValueTextEquals("remainingItemCount"u8) ? Field.Remaining
            : Field.Other,
            _ => name.ValueTextEquals("items"u8) ? Field.Items
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
                itemAt = Position + value.TokenStartIndex;
                itemTooDeep = false;
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
            nested.Open(
                place switch
                {
                    Place.Item => Limits.ObjectDepth - 1,
                    Place.ItemMetadata => Limits.ObjectDepth - 2,
                    _ => int.MaxValue,
                }
            );
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
                CountItem();
                place = Place.Items;
                Deliver((int)reader.BytesConsumed);
                break;
            case Place.Items or Place.ListMetadata:
                place = Place.List;
                break;
            case Place.List:
                place = Place.Done;
                break;
        }
    }

    /// <param name="end">Behind the item's last byte, from <see cref="ListCutter.Parsed"/> on.</param>
    private void Deliver(int end)
    {
        var bytes = Position + end - itemAt;
        var whole = item.In(item.IsDetached ? default : Kept(Parsed + end - Keep));
        var isTooLarge = bytes > Limits.ObjectBytes;
        delivering = true;
        receiver(
            whole with
            {
                Json = metadataOnly || isTooLarge ? default : whole.Json,
                Bytes = bytes,
                IsTooLarge = isTooLarge,
                IsTooDeep = itemTooDeep,
            }
        );
        delivering = false;
    }
}
