using System.Text;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Cuts a <c>PartialObjectMetadataList</c> in Kubernetes' protobuf: the bytes <c>k8s\0</c>, then <c>runtime.Unknown</c>, whose field 2 is
/// the list. Compared with JSON, it costs the server a sixth less and a quarter of the bandwidth, and next to nothing to parse. Source:
/// k8s.io/apimachinery, pkg/runtime/generated.proto and pkg/apis/meta/v1/generated.proto.
/// </summary>
/// <param name="limits">Null: the default ones.</param>
internal sealed class MetadataCutter(ItemReceiver receiver, AnswerLimits? limits = null) : ListCutter(limits ?? AnswerLimits.Default)
{
    private const int EnvelopeRaw = 2;
    private const int ListMetadata = 1;
    private const int ListItem = 2;
    private const int NotBegun = -1;

    private bool magicSeen;
    private bool listSeen;

    /// <summary>Bytes of the list's message that are not parsed yet.</summary>
    private int listLeft = NotBegun;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    protected override bool IsComplete => listSeen && listLeft <= 0 && Unparsed.IsEmpty;

    protected override void Parse(bool final)
    {
        while (magicSeen ? ParseField() : ParseMagic())
            Keep = Parsed;
    }

    /// <summary>Only metadata is requested, which is never so large.</summary>
    protected override void PassOver() { }

    private bool ParseMagic()
    {
        if (Unparsed.Length < Magic.Length)
            return false;
        if (!Unparsed.StartsWith(Magic))
            throw NotAList();
        Parsed += Magic.Length;
        return magicSeen = true;
    }

    /// <summary>Parses the next field if it is complete; of the list itself, only its beginning.</summary>
    private bool ParseField()
    {
        if (listLeft == 0)
            listLeft = NotBegun;
        var header = ProtobufFields.ReadDelimitedHeader(Unparsed, out var number, out var length);
        if (header == 0)
            return false;
        if (listLeft == NotBegun && number == EnvelopeRaw && !listSeen)
        {
            listSeen = true;
            listLeft = length;
            Parsed += header;
            return true;
        }
        if (listLeft != NotBegun && header + length > listLeft)
            throw NotAList();
        if (Unparsed.Length - header < length)
            return false;
        if (listLeft != NotBegun)
        {
            listLeft -= header + length;
            ParseListField(number, Unparsed.Slice(header, length));
        }
        Parsed += header + length;
        return true;
    }

    private void ParseListField(int number, ReadOnlySpan<byte> field)
    {
        if (number == ListMetadata)
            ParseListMetadata(field);
        else if (number == ListItem)
            Deliver(field);
    }

    private void ParseListMetadata(ReadOnlySpan<byte> message)
    {
        for (var fields = new ProtobufFields(message); fields.Next(); )
        {
            switch (fields.Number)
            {
                case 2:
                    Revision = Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case 3:
                    Continue = fields.Bytes.IsEmpty ? null : Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case 4:
                    Remaining = (long)fields.Value;
                    break;
            }
        }
    }

    private void Deliver(ReadOnlySpan<byte> item)
    {
        var metadata = default(ReadOnlySpan<byte>);
        for (var fields = new ProtobufFields(item); fields.Next(); )
        {
            if (fields.Number == 1)
                metadata = fields.Bytes;
        }
        CountItem();
        receiver(ItemOf(metadata));
    }

    /// <summary>Of an <c>ObjectMeta</c>.</summary>
    private static ListedItem ItemOf(ReadOnlySpan<byte> metadata)
    {
        ReadOnlySpan<byte> name = default,
            ns = default,
            uid = default,
            revision = default;
        var (labelsStart, labelsEnd) = (0, 0);
        for (var fields = new ProtobufFields(metadata); fields.Next(); )
        {
            switch (fields.Number)
            {
                case 1:
                    name = fields.Bytes;
                    break;
                case 3:
                    ns = fields.Bytes;
                    break;
                case 5:
                    uid = fields.Bytes;
                    break;
                case 6:
                    revision = fields.Bytes;
                    break;
                case ItemLabels.Field:
                    labelsStart = labelsEnd == 0 ? fields.Start : labelsStart;
                    labelsEnd = fields.End;
                    break;
            }
        }
        return new()
        {
            Json = default,
            Namespace = ns,
            Name = name,
            Uid = uid,
            ResourceVersion = revision,
            HasTypeMeta = false,
            Labels = new(metadata[labelsStart..labelsEnd], isProtobuf: true),
        };
    }
}
