using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Selection;

namespace Holdfast.Functions.Api.Points;

/// <summary>The manifests of a point, a page at a time.</summary>
internal static class ManifestRoutes
{
    public static readonly ApiRoute List = new(
        "GET",
        "/points/{cluster}/{point}/manifests",
        "manifests.list",
        "Read manifests of a recovery point, in the order of type, namespace and name",
        Roles.AnyReader,
        ListAsync
    )
    {
        Query =
        [
            new("kind", "Only this kind: `deployment`, `deployments.apps`, `Widget`, or one object of it: `deployment/web`"),
            new("namespace", "Only objects of these namespaces, or patterns with `*` and `?`; repeat it or separate with commas"),
            new("name", "Only objects of this name"),
            new(
                "format",
                "`json` (default): a page with `items`; `ndjson`: a manifest a line, the continuation in the header `Holdfast-Continuation`"
            ),
            new(
                "secrets",
                "`true`: Secrets with their data, for SecretReader only and audited; otherwise a digest replaces each value",
                "boolean"
            ),
            .. Paging.Parameters,
        ],
        Gives = [new(200, "A page of manifests") { ContentType = $"{Answer.Json}, {Answer.Lines}" }],
        Problems = [400, 403, 404],
    };

    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var showSecrets = request.QueryFlag("secrets");
        if (showSecrets && !request.Caller.Has(Roles.SecretReader))
            throw new ProblemException(
                Problem.Forbidden(
                    $"the data of Secrets needs the role {Roles.SecretReader}, and {request.Caller.Name} has "
                        + $"{request.Caller.Roles.Names()}; leave 'secrets' out to see digests in its place"
                )
            );
        var lines = Lines(request);
        var from =
            ManifestPosition.Read(request.Continuation)
            ?? throw ApiRequest.Malformed("continuation", "it isn't a continuation token of this list");
        var point = await PointRoutes.OpenAsync(request);
        var page = await ManifestPage.ReadAsync(
            point,
            await FilterAsync(request, point),
            from,
            request.Limit,
            showSecrets,
            request.Cancellation
        );
        if (page.SecretsShown > 0)
            await Auditing.SecretsReadAsync(request, page.SecretsShown);
        var continuation = page.Next is { } next ? Continuations.Write(next.ToString()) : null;
        return lines ? AsLines(page, continuation) : AsJson(page, continuation);
    }

    private static bool Lines(ApiRequest request) =>
        request.Query("format") switch
        {
            null or "json" => false,
            "ndjson" => true,
            _ => throw ApiRequest.Malformed("format", "use json or ndjson"),
        };

    private static async Task<ManifestFilter> FilterAsync(ApiRequest request, RecoveryPointReader point)
    {
        if (request.Query("kind") is not { } asked)
            return new(null, request.QueryList("namespace"), request.Query("name"));
        var named = ObjectReference.OfObject(asked);
        var (kind, name) = named is null ? (asked, request.Query("name")) : (named.Kind, named.Name);
        if (named is null ? asked.Contains('/', StringComparison.Ordinal) : request.Query("name") is not null)
            throw ApiRequest.Malformed("kind", "use KIND/NAME, such as deployment/web, without 'name' beside it");
        ImmutableArray<ResourceType> known = [.. point.Inventory.Types.Where(t => t.Type.Resource != "*").Select(t => t.Type)];
        var types = KindNames.Find(kind, known, await CustomNames.ReadAsync([new(point)], [kind], known, request.Cancellation));
        if (types.IsEmpty)
            throw ApiRequest.Malformed("kind", $"the point knows no kind '{kind}'; its content lists the types");
        return new([.. types.Select(t => t.GroupResource)], request.QueryList("namespace"), name);
    }

    private static Answer AsLines(ManifestPage page, string? continuation)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (var item in page.Items)
        {
            body.Write(item);
            body.Write("\n"u8);
        }
        return new(200, body.WrittenMemory, Answer.Lines) { Continuation = continuation };
    }

    /// <summary>Each manifest to the byte: nothing is serialized again.</summary>
    private static Answer AsJson(ManifestPage page, string? continuation)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write("{\"items\":["u8);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
                body.Write(","u8);
            body.Write(page.Items[i]);
        }
        body.Write("]"u8);
        if (continuation is not null)
            body.Write(Encoding.UTF8.GetBytes($",\"continuation\":\"{JsonEncodedText.Encode(continuation)}\""));
        body.Write("}"u8);
        return new(200, body.WrittenMemory, Answer.Json) { Continuation = continuation };
    }
}
