using System.Globalization;
using System.Text;

namespace Holdfast.TestKit.Worm;

/// <summary>List Blobs: https://learn.microsoft.com/rest/api/storageservices/list-blobs. Pages end between two names.</summary>
internal static class WormListing
{
    private const int Most = 5000;

    public static WormReply Of(WormContainer container, WormRequest request, WormOptions options)
    {
        // Azure's SDK sends them with capitals
        var include = (request.Query.GetValueOrDefault("include") ?? "").ToLowerInvariant().Split(',');
        if (include.Contains("versions") && !options.Versioning)
            throw new WormException(400, "InvalidQueryParameterValue");
        var prefix = request.Query.GetValueOrDefault("prefix") ?? "";
        var delimiter = request.Query.GetValueOrDefault("delimiter");
        var most = request.Query.TryGetValue("maxresults", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : Most;
        var marker = request.Query.GetValueOrDefault("marker") ?? "";
        var (body, shown, next) = (new StringBuilder(), 0, "");
        string? folder = null;
        foreach (var (name, blob) in container.From(prefix, marker))
        {
            var versions = Shown(blob, include).ToList();
            if (versions.Count == 0 || (folder is not null && name.StartsWith(folder, StringComparison.Ordinal)))
                continue;
            if (shown >= most)
            {
                next = name;
                break;
            }
            folder = FolderOf(name, prefix, delimiter);
            shown += folder is null ? versions.Count : 1;
            if (folder is not null)
                body.Append(CultureInfo.InvariantCulture, $"<BlobPrefix><Name>{folder}</Name></BlobPrefix>");
            else
                versions.ForEach(v => Append(body, name, blob, v, include));
        }
        return WormAccount.Xml(
            $"""<EnumerationResults ServiceEndpoint="http://worm/" ContainerName="{request.Container}"><Blobs>{body}</Blobs>"""
                + $"<NextMarker>{next}</NextMarker></EnumerationResults>"
        );
    }

    private static IEnumerable<WormVersion> Shown(WormBlob blob, string[] include) =>
        blob.Versions.Where(v =>
            (include.Contains("versions") || v == blob.Current || v.DeletedAt is not null)
            && (include.Contains("deleted") || v.DeletedAt is null)
        );

    private static string? FolderOf(string name, string prefix, string? delimiter) =>
        delimiter is not null && name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var at
            ? name[..(at + 1)]
            : null;

    private static void Append(StringBuilder body, string name, WormBlob blob, WormVersion version, string[] include)
    {
        body.Append(CultureInfo.InvariantCulture, $"<Blob><Name>{name}</Name>");
        if (version.DeletedAt is not null)
            body.Append("<Deleted>true</Deleted>");
        if (version.Id is { } id && include.Contains("versions"))
            body.Append(CultureInfo.InvariantCulture, $"<VersionId>{id}</VersionId>");
        if (version == blob.Current && include.Contains("versions"))
            body.Append("<IsCurrentVersion>true</IsCurrentVersion>");
        body.Append(
            CultureInfo.InvariantCulture,
            $"""
            <Properties><Creation-Time>{version.Modified:r}</Creation-Time><Last-Modified>{version.Modified:r}</Last-Modified>
            <Etag>{version.ETag}</Etag><Content-Length>{version.Content.Length}</Content-Length><BlobType>BlockBlob</BlobType>
            """
        );
        if (version.Until is { } until && include.Contains("immutabilitypolicy"))
            body.Append(
                CultureInfo.InvariantCulture,
                $"""
                <ImmutabilityPolicyUntilDate>{until:r}</ImmutabilityPolicyUntilDate>
                <ImmutabilityPolicyMode>{(version.IsLocked ? "locked" : "unlocked")}</ImmutabilityPolicyMode>
                """
            );
        if (version.HasLegalHold && include.Contains("legalhold"))
            body.Append("<LegalHold>true</LegalHold>");
        body.Append("</Properties></Blob>");
    }
}
