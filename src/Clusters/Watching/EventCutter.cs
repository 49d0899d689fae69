using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Watching;

/// <summary>One event as the server sent it; <see cref="Code"/> and <see cref="Message"/> are an ERROR's.</summary>
internal sealed record SentEvent(string Type, string ResourceVersion, ReadOnlyMemory<byte> Object, int Code, string? Message);

/// <summary>Cuts a watch's stream into its events, JSON documents one behind the other. Not thread-safe.</summary>
/// <param name="limits">What of one event is held.</param>
internal sealed class EventCutter(AnswerLimits limits)
{
    private const int ReadBytes = 16 << 10;

    /// <summary>What stands around the object.</summary>
    private const int EnvelopeBytes = 4 << 10;
    private static readonly JsonReaderOptions Stream = new() { MaxDepth = 20_000, AllowMultipleValues = true };
    private static readonly JsonReaderOptions Document = new() { MaxDepth = 20_000 };

    private byte[] buffer = new byte[2 * ReadBytes];
    private int start;
    private int filled;

    /// <summary>Where to read into; never empty.</summary>
    /// <exception cref="ClusterException">TooLarge: the event that is coming in has more bytes than the limits allow.</exception>
    public Memory<byte> Space
    {
        get
        {
            if (buffer.Length - filled < ReadBytes)
                MakeRoom();
            return buffer.AsMemory(filled);
        }
    }

    public void Advance(int bytes) => filled += bytes;

    /// <summary>Cuts the next event out, if it is there whole.</summary>
    /// <exception cref="ClusterException">Broken: this is no watch.</exception>
    public bool TryCut(out SentEvent sent)
    {
        sent = null!;
        try
        {
            if (!TryFindEnd(out var length))
                return false;
            var document = buffer.AsMemory(start, length);
            start += length;
            sent = Parse(document);
            return true;
        }
        catch (Exception e) when (e is not ClusterException && ForeignBytes.AreAtFault(e))
        {
            throw new ClusterException(ClusterFailure.Broken, $"A watch brought bytes that are no event ({e.Message}). Watch again.", e);
        }
    }

    private void MakeRoom()
    {
        var kept = buffer.AsSpan(start, filled - start);
        if (kept.Length > limits.ObjectBytes + EnvelopeBytes)
            throw new ClusterException(ClusterFailure.TooLarge, $"A watch brought an event of more than the {limits.ObjectBytes} bytes "
                + $"that are read of one object. If such objects are right there, raise {AnswerLimits.ObjectVariable}");
        var target = kept.Length > buffer.Length / 2 ? new byte[2 * buffer.Length] : buffer;
        kept.CopyTo(target);
        filled = kept.Length;
        buffer = target;
        start = 0;
    }

    private bool TryFindEnd(out int length)
    {
        var reader = new Utf8JsonReader(buffer.AsSpan(start, filled - start), isFinalBlock: false, new JsonReaderState(Stream));
        var whole = reader.Read() && reader.TrySkip();
        length = whole ? (int)reader.BytesConsumed : 0;
        return whole;
    }

    private static SentEvent Parse(ReadOnlyMemory<byte> document)
    {
        var reader = new Utf8JsonReader(document.Span, Document);
        var type = "";
        ReadOnlyMemory<byte> found = default;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            if (isType)
                type = reader.GetString() ?? "";
            reader.Skip();
            if (isObject)
                found = document[from..(int)reader.BytesConsumed].ToArray();
        }
        return Describe(type, found);
    }

    private static SentEvent Describe(string type, ReadOnlyMemory<byte> found)
    {
        var reader = new Utf8JsonReader(found.Span, Document);
        var revision = "";
        var code = 0;
        string? message = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
                revision = ResourceVersion(ref reader);
            else if (reader.ValueTextEquals("code"u8) && type == "ERROR" && reader.Read())
                code = reader.GetInt32();
            else if (reader.ValueTextEquals("message"u8) && type == "ERROR" && reader.Read())
                message = reader.GetString();
            else
                reader.Skip();
        }
        return new SentEvent(type, revision, found, code, message);
    }

    private static string ResourceVersion(ref Utf8JsonReader reader)
    {
        var revision = "";
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return revision;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals("resourceVersion"u8);
            reader.Read();
            if (wanted)
                revision = reader.GetString() ?? "";
            reader.Skip();
        }
        return revision;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw new JsonException($"expected {type}");
    }
}
