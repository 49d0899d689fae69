using System.Text;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// An item's labels as they were sent: a JSON object, or the stretch of an <c>ObjectMeta</c> message that holds them all.
/// </summary>
internal readonly ref struct ItemLabels(ReadOnlySpan<byte> sent, bool isProtobuf)
{
    /// <summary>The number of <c>labels</c> in <c>ObjectMeta</c>: a field an entry, its key 1, its value 2.</summary>
    public const int Field = 11;

    private readonly ReadOnlySpan<byte> sent = sent;

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (sent.IndexOf(key) < 0 && (isProtobuf || !sent.Contains((byte)'\\')))
            return false;
        try
        {
            return isProtobuf ? TryGetFromMessage(key, out value) : TryGetFromJson(key, out value);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            // labels that can't be read say nothing: the object is treated as any other
            value = default;
            return false;
        }
    }

    private bool TryGetFromJson(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        var reader = new Utf8JsonReader(sent, new JsonReaderOptions { MaxDepth = ItemCutter.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var found = reader.ValueTextEquals(key);
            reader.Read();
            if (found && reader.TokenType == JsonTokenType.String)
            {
                value = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                return true;
            }
            reader.Skip();
        }
        return false;
    }

    private bool TryGetFromMessage(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        for (var entries = new ProtobufFields(sent); entries.Next(); )
        {
            if (entries.Number == Field && TryGetFromEntry(entries.Bytes, key, out value))
                return true;
        }
        value = default;
        return false;
    }

    private static bool TryGetFromEntry(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        var found = false;
        for (var fields = new ProtobufFields(entry); fields.Next(); )
        {
            if (fields.Number == 1)
                found = fields.Bytes.SequenceEqual(key);
            else if (fields.Number == 2)
                value = fields.Bytes;
        }
        return found;
    }
}
