using System.Text.Json.Nodes;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>Handles each request: faults, token, route, permission, then its handler; errors become Status documents.</summary>
internal sealed class ApiServer(
    ObjectStore store,
    TypeCatalog types,
    DiscoveryDocuments discovery,
    ListRequests lists,
    WatchRequests watches,
    WriteRequests writes,
    Denials denials,
    InjectedFaults faults,
    string token,
    bool allowsAnonymous
)
{
    public async Task AnswerAsync(HttpContext http, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await faults.MeetAsync(http, ending.Token);
            if (!IsAllowed(http.Request.Headers.Authorization.ToString()))
                throw new ApiError(401, "Unauthorized", "Unauthorized");
            await RouteAsync(http, ending.Token);
        }
        catch (ApiError error)
        {
            if (error.RetryAfter is { } seconds)
                http.Response.Headers.RetryAfter = seconds.ToString();
            await JsonAnswer.WriteAsync(http, error.Code, error.ToStatus(), ending.Token);
        }
        catch (Exception e) when ((e is InvalidOperationException or FormatException) && !http.Response.HasStarted)
        {
            // A field has the wrong type.
            await JsonAnswer.WriteAsync(http, 400, ApiError.BadRequest($"the body can't be decoded: {e.Message}").ToStatus(), ending.Token);
        }
        catch (Exception e) when ((e is OperationCanceledException or IOException) && ending.IsCancellationRequested)
        {
            // The client has disconnected, or the cluster is being disposed: no answer is needed.
        }
    }

    private bool IsAllowed(string authorization) => authorization == $"Bearer {token}" || (allowsAnonymous && authorization.Length == 0);

    private async Task RouteAsync(HttpContext http, CancellationToken cancellation)
    {
        var segments = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments is ["healthz" or "livez" or "readyz"])
            await http.Response.WriteAsync("ok", cancellation);
        else if (HttpMethods.IsGet(http.Request.Method) && discovery.Find(segments) is { } document)
            await JsonAnswer.WriteAsync(http, 200, document, cancellation);
        else
            await AnswerTargetAsync(http, RequestTarget.Parse(segments) ?? throw NotHere(segments), cancellation);
    }

    private async Task AnswerTargetAsync(HttpContext http, RequestTarget target, CancellationToken cancellation)
    {
        if (
            types.Find(target.Group, target.Version, target.Resource) is not { } type
            || !target.Fits(type)
            || !Serves(type, target.Subresource)
        )
            throw NotHere(["apis", target.Group, target.Version]);
        var verb = Verb(http.Request, target);
        if (denials.Denies(type.GroupResource, verb))
            throw Denied(type, target, verb);
        if (type.Has(Traits.Review))
        {
            await AnswerReviewAsync(http, verb, cancellation);
            return;
        }
        var path = target.Name is null ? null : new ObjectPath(type, target.Namespace, target.Name);
        await (
            verb switch
            {
                "list" => lists.AnswerAsync(http, type, target.Namespace, cancellation),
                "watch" => watches.AnswerAsync(http, type, target.Namespace, cancellation),
                "get" => GetAsync(http, path!, cancellation),
                "create" when target.Namespace is not null == type.Namespaced => writes.CreateAsync(
                    http,
                    type,
                    target.Namespace,
                    cancellation
                ),
                "update" => writes.ReplaceAsync(http, path!, target.Subresource, cancellation),
                "patch" => writes.PatchAsync(http, path!, target.Subresource, cancellation),
                "delete" when target.Subresource.Length == 0 => writes.DeleteAsync(http, path!, cancellation),
                "deletecollection" when type != types.Namespaces => writes.DeleteCollectionAsync(
                    http,
                    type,
                    target.Namespace,
                    cancellation
                ),
                _ => throw NotAllowed(),
            }
        );
    }

    private async Task GetAsync(HttpContext http, ObjectPath path, CancellationToken cancellation)
    {
        var documents = new Documents(path.Type, Negotiation.IsMetadataOnly(http.Request.Headers.Accept, isList: false));
        var stored = store.Find(path.Type.Table, path.Key) ?? throw ApiError.NotFound(path.Type, path.Name);
        http.Response.ContentType = "application/json";
        documents.WriteObject(http.Response.BodyWriter, stored);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    private async Task AnswerReviewAsync(HttpContext http, string verb, CancellationToken cancellation)
    {
        if (verb != "create")
            throw NotAllowed();
        var review = await WriteRequests.ReadAsync(http, cancellation);
        var asked = review["spec"]?["resourceAttributes"];
        var (group, resource) = ((string?)asked?["group"] ?? "", (string?)asked?["resource"] ?? "");
        if ((string?)asked?["subresource"] is { Length: > 0 } subresource)
            resource += $"/{subresource}";
        review["kind"] = "SelfSubjectAccessReview";
        review["apiVersion"] = "authorization.k8s.io/v1";
        review["status"] = new JsonObject
        {
            ["allowed"] = !denials.Denies(group.Length == 0 ? resource : $"{resource}.{group}", (string?)asked?["verb"] ?? ""),
        };
        await JsonAnswer.WriteAsync(http, 201, review, cancellation);
    }

    private bool Serves(ServedType type, string subresource) =>
        subresource.Length == 0
        || (subresource == "status" && type.Has(Traits.Status))
        || (subresource == "finalize" && type == types.Namespaces);

    private static string Verb(HttpRequest request, RequestTarget target) =>
        (request.Method, target.Name) switch
        {
            ("GET", null) => request.Query["watch"].ToString() is "1" or "true" ? "watch" : "list",
            ("GET", _) => "get",
            ("POST", null) => "create",
            ("PUT", not null) => "update",
            ("PATCH", not null) => "patch",
            ("DELETE", null) => "deletecollection",
            ("DELETE", _) => "delete",
            _ => throw NotAllowed(),
        };

    private ApiError NotHere(string[] segments) =>
        segments is ["apis", var group, var version, ..] && types.Dead.Contains((group, version))
            ? new ApiError(503, "ServiceUnavailable", "service unavailable")
            : ApiError.NotServed();

    private static ApiError NotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    private static ApiError Denied(ServedType type, RequestTarget target, string verb)
    {
        var scope = target.Namespace is null ? "at the cluster scope" : $"in the namespace \"{target.Namespace}\"";
        var what = target.Name is null ? "" : $" \"{target.Name}\"";
        var message =
            $"{type.GroupResource}{what} is forbidden: User \"admin\" cannot {verb} resource \"{type.Resource}\" in API group "
            + $"\"{type.Group}\" {scope}";
        return new ApiError(403, "Forbidden", message, new JsonObject { ["kind"] = type.Resource });
    }
}
