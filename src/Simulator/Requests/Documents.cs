using System.Buffers;
using System.Text;
using System.Text.Json;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Requests;

/// <summary>
/// Writes stored objects as a type's version shows them: in lists items of built-in types come without <c>apiVersion</c> and <c>kind</c>,
/// custom ones with them.
/// </summary>
/// <param name="metadataOnly">As <c>PartialObjectMetadata</c>.</param>
internal sealed class Documents(ServedType type, bool metadataOnly)
{
    private readonly byte[] typed = Head(
        type.IsCustom && !metadataOnly,
        metadataOnly ? "meta.k8s.io/v1" : type.ApiVersion,
        metadataOnly ? "PartialObjectMetadata" : type.Kind
    );

    /// <summary>A single object, or one in a watch event.</summary>
    public void WriteObject(IBufferWriter<byte> output, StoredVersion version)
    {
        output.Write(typed);
        WriteBody(output, version);
    }

    public void WriteItem(IBufferWriter<byte> output, StoredVersion version)
    {
        if (type.IsCustom || metadataOnly)
            output.Write(typed);
        else
            output.Write("{"u8);
        WriteBody(output, version);
    }

    /// <summary>A bookmark: nothing but a revision.</summary>
    public void WriteBookmark(IBufferWriter<byte> output, long revision)
    {
        output.Write(typed);
        output.Write(Encoding.UTF8.GetBytes($"\"metadata\":{{\"resourceVersion\":\"{revision}\",\"creationTimestamp\":null}}}}"));
    }

    /// <summary>
    /// The part before the items: lists of custom types have their metadata after the items, as the real server writes them.
    /// </summary>
    public byte[] ListHead(ListMeta meta) =>
        Encoding.UTF8.GetBytes(
            metadataOnly
                ? $"{{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{meta.ToJson()},\"items\":["
            : type.IsCustom ? $"{{\"apiVersion\":\"{type.ApiVersion}\",\"items\":["
            : $"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.ApiVersion}\",\"metadata\":{meta.ToJson()},\"items\":["
        );

    public byte[] ListTail(ListMeta meta) =>
        Encoding.UTF8.GetBytes(type.IsCustom && !metadataOnly ? $"],\"kind\":\"{type.ListKind}\",\"metadata\":{meta.ToJson()}}}" : "]}");

    private void WriteBody(IBufferWriter<byte> output, StoredVersion version)
    {
        if (metadataOnly)
        {
            output.Write("\"metadata\":"u8);
            output.Write(version.Metadata.Span);
            output.Write("}"u8);
        }
        else
        {
            output.Write(version.Json.AsSpan(1));
        }
    }

    private static byte[] Head(bool isCustom, string apiVersion, string kind) =>
        Encoding.UTF8.GetBytes(
            isCustom ? $"{{\"apiVersion\":\"{apiVersion}\",\"kind\":\"{kind}\"," : $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\","
        );
}

/// <param name="Remaining">Null: not reported, as for lists with a selector.</param>
internal sealed record ListMeta(long Revision, string? Continue, int? Remaining)
{
    public string ToJson()
    {
        var json = new StringBuilder($"{{\"resourceVersion\":\"{Revision}\"");
        if (Continue is not null)
            json.Append($",\"continue\":\"{JsonEncodedText.Encode(Continue)}\"");
        if (Remaining is > 0)
            json.Append($",\"remainingItemCount\":{Remaining}");
        return json.Append('}').ToString();
    }
}
