using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>Answers all requests that change objects.</summary>
internal sealed class WriteRequests(ObjectWriter writer, ObjectDeleter deleter, ListRequests lists)
{
    private const int LargestBody = 3 * 1024 * 1024;
    private const string PatchTypes = "application/merge-patch+json, application/apply-patch+yaml";

    public async Task CreateAsync(HttpContext http, ServedType type, string? ns, CancellationToken cancellation)
    {
        var body = await ReadJsonAsync(http, cancellation);
        await AnswerAsync(http, 201, type, writer.Create(type, ns, body, Context(http, "CreateOptions")), cancellation);
    }

    public async Task ReplaceAsync(HttpContext http, ObjectPath path, string subresource, CancellationToken cancellation)
    {
        var body = await ReadJsonAsync(http, cancellation);
        await AnswerAsync(http, 200, path.Type, writer.Replace(path, body, Context(http, "UpdateOptions", subresource)), cancellation);
    }

    public async Task PatchAsync(HttpContext http, ObjectPath path, string subresource, CancellationToken cancellation)
    {
        var context = Context(http, "PatchOptions", subresource);
        switch (http.Request.ContentType?.Split(';')[0].Trim())
        {
            case "application/merge-patch+json":
                var patch = await ReadAsync(http, cancellation);
                await AnswerAsync(http, 200, path.Type, writer.MergePatch(path, patch, context), cancellation);
                break;
            case "application/apply-patch+yaml" when http.Request.Query["fieldManager"].ToString().Length == 0:
                throw ApiError.Invalid(
                    "PatchOptions",
                    "meta.k8s.io",
                    "",
                    "fieldManager",
                    "FieldValueRequired",
                    "Required value: is required for apply patch"
                );
            case "application/apply-patch+yaml":
                var configuration = await ReadAsync(http, cancellation);
                var (version, isNew) = writer.Apply(path, configuration, context, http.Request.Query["force"] == "true");
                await AnswerAsync(http, isNew ? 201 : 200, path.Type, version, cancellation);
                break;
            default:
                throw ApiError.UnsupportedMediaType(PatchTypes);
        }
    }

    public async Task DeleteAsync(HttpContext http, ObjectPath path, CancellationToken cancellation)
    {
        var deleted = deleter.Delete(path, await DeleteOptionsAsync(http, cancellation));
        if (!deleted.IsDeletion)
        {
            await AnswerAsync(http, 200, path.Type, deleted, cancellation);
            return;
        }
        var details = new JsonObject { ["name"] = path.Name };
        if (path.Type.Group.Length > 0)
            details["group"] = path.Type.Group;
        details["kind"] = path.Type.Resource;
        details["uid"] = deleted.Uid;
        await AnswerSuccessAsync(http, details, cancellation);
    }

    public async Task DeleteCollectionAsync(HttpContext http, ServedType type, string? ns, CancellationToken cancellation)
    {
        var options = await DeleteOptionsAsync(http, cancellation);
        foreach (var item in lists.Selected(type, ns, ListQuery.Parse(http.Request.Query)))
        {
            try
            {
                deleter.Delete(new ObjectPath(type, item.Namespace, item.Name), options);
            }
            catch (ApiError gone) when (gone.Code == 404)
            {
                // Another client deleted it meanwhile.
            }
        }
        await AnswerSuccessAsync(http, new JsonObject { ["kind"] = type.Resource }, cancellation);
    }

    /// <summary>A request's JSON object.</summary>
    public static async Task<JsonObject> ReadAsync(HttpContext http, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, cancellation);
        if (buffer.Length > LargestBody)
            throw new ApiError(413, "RequestEntityTooLarge", $"Request entity too large: limit is {LargestBody}");
        try
        {
            return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), documentOptions: StoredContent.Reading) as JsonObject
                ?? throw ApiError.BadRequest("the body is not a JSON object");
        }
        catch (JsonException e)
        {
            throw ApiError.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    private static Task<JsonObject> ReadJsonAsync(HttpContext http, CancellationToken cancellation) =>
        http.Request.ContentType?.Split(';')[0].Trim() is null or "" or "application/json"
            ? ReadAsync(http, cancellation)
            : throw ApiError.UnsupportedMediaType("application/json");

    private static async Task<DeleteOptions> DeleteOptionsAsync(HttpContext http, CancellationToken cancellation)
    {
        var body =
            (http.Request.ContentLength is null or 0) && !http.Request.Headers.ContainsKey("Transfer-Encoding")
                ? []
                : await ReadAsync(http, cancellation);
        var query = http.Request.Query["propagationPolicy"].ToString();
        return new DeleteOptions(
            (string?)body["preconditions"]?["uid"],
            (string?)body["preconditions"]?["resourceVersion"],
            (string?)body["propagationPolicy"] ?? (query.Length > 0 ? query : null),
            IsDryRun(http, "DeleteOptions") || body["dryRun"] is JsonArray { Count: > 0 }
        );
    }

    private static WriteContext Context(HttpContext http, string options, string subresource = "")
    {
        var manager = http.Request.Query["fieldManager"].ToString();
        if (manager.Length == 0)
            manager = http.Request.Headers.UserAgent.ToString().Split('/')[0];
        return new WriteContext(manager.Length == 0 ? "unknown" : manager, subresource, IsDryRun(http, options));
    }

    private static bool IsDryRun(HttpContext http, string options) =>
        http.Request.Query["dryRun"].ToString() switch
        {
            "" => false,
            "All" => true,
            var other => throw ApiError.Invalid(
                options,
                "meta.k8s.io",
                "",
                "dryRun",
                "FieldValueNotSupported",
                $"Unsupported value: []string{{\"{other}\"}}: supported values: \"All\""
            ),
        };

    private static Task AnswerSuccessAsync(HttpContext http, JsonObject details, CancellationToken cancellation) =>
        JsonAnswer.WriteAsync(
            http,
            200,
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["details"] = details,
            },
            cancellation
        );

    private static async Task AnswerAsync(
        HttpContext http,
        int code,
        ServedType type,
        StoredVersion version,
        CancellationToken cancellation
    )
    {
        var documents = new Documents(type, Negotiation.IsMetadataOnly(http.Request.Headers.Accept, isList: false));
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        documents.WriteObject(http.Response.BodyWriter, version);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }
}
