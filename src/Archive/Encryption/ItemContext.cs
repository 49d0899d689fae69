using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Encryption;

/// <summary>
/// What encrypted bytes are of. They can be decrypted only as that, and digests that are keyed are of that: bytes of one segment, point or
/// cluster can't take the place of another's. Specified in docs/format.md, "Encryption".
/// </summary>
internal sealed class ItemContext
{
    private const string Scheme = "holdfast-1";

    private readonly byte[] bytes;

    /// <summary>The number of fields is fixed and each has its length before it: different fields give different bytes.</summary>
    private ItemContext(string kind, ClusterName cluster, ClusterUid uid, string first, string second)
    {
        using var output = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(uint)];
        foreach (var field in new[] { Scheme, kind, $"{cluster}", $"{uid}", first, second })
        {
            var text = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)text.Length);
            output.Write(length);
            output.Write(text);
        }
        bytes = output.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => bytes;

    public static ItemContext OfParts(ClusterName cluster, ClusterUid uid, string resource, string? ns) =>
        new("part", cluster, uid, resource, ns ?? "");

    public static ItemContext OfFingerprint(ClusterName cluster, ClusterUid uid, string resource, string? ns) =>
        new("fingerprint", cluster, uid, resource, ns ?? "");

    public static ItemContext OfInventory(ClusterName cluster, ClusterUid uid, Revision revision, DateTimeOffset pinnedAt) =>
        new("inventory", cluster, uid, revision.ToString(), Text(pinnedAt));

    public static ItemContext OfInfrastructure(ClusterName cluster, ClusterUid uid, Revision revision, DateTimeOffset pinnedAt) =>
        new("infrastructure", cluster, uid, revision.ToString(), Text(pinnedAt));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(UtcTimeJson.Pattern, CultureInfo.InvariantCulture);
}
