using System.Text.Json.Nodes;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <summary>An API error, which becomes the Status document of the response.</summary>
internal sealed class ApiError(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    /// <summary>Seconds for the header <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Of an expired list: the token for the rest of the list, at another revision.</summary>
    public string? Continue { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? [] : new JsonObject { ["continue"] = Continue },
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
            status["reason"] = Reason;
        if (details is not null)
            status["details"] = details.DeepClone();
        status["code"] = Code;
        return status;
    }

    public static ApiError NotServed() => new(404, "NotFound", "the server could not find the requested resource", []);

    public static ApiError NotFound(ServedType type, string name) =>
        new(404, "NotFound", $"{type.GroupResource} \"{name}\" not found", Details(type, name, type.Resource));

    public static ApiError AlreadyExists(ServedType type, string name) =>
        new(409, "AlreadyExists", $"{type.GroupResource} \"{name}\" already exists", Details(type, name, type.Resource));

    public static ApiError Conflict(ServedType type, string name, string why) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {type.GroupResource} \"{name}\": {why}",
            Details(type, name, type.Resource)
        );

    public static ApiError BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiError Forbidden(ServedType type, string name, string why, JsonArray? causes = null) =>
        new(403, "Forbidden", $"{type.GroupResource} \"{name}\" is forbidden: {why}", Details(type, name, type.Resource, causes));

    public static ApiError Expired(string message, string? token = null) => new(410, "Expired", message) { Continue = token };

    /// <param name="cause">What <c>details.causes[].reason</c> says: <c>FieldValueInvalid</c>, ...</param>
    public static ApiError Invalid(ServedType type, string name, string field, string cause, string message) =>
        Invalid(type.Kind, type.Group, name, field, cause, message);

    public static ApiError Invalid(string kind, string group, string name, string field, string cause, string message)
    {
        var causes = new JsonArray(
            new JsonObject
            {
                ["reason"] = cause,
                ["message"] = message,
                ["field"] = field,
            }
        );
        var full = group.Length == 0 ? kind : $"{kind}.{group}";
        return new ApiError(422, "Invalid", $"{full} \"{name}\" is invalid: {field}: {message}", Details(group, name, kind, causes));
    }

    public static ApiError UnsupportedMediaType(string accepted) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    private static JsonObject Details(ServedType type, string name, string kind, JsonArray? causes = null) =>
        Details(type.Group, name, kind, causes);

    private static JsonObject Details(string group, string name, string kind, JsonArray? causes)
    {
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (group.Length > 0)
            details["group"] = group;
        details["kind"] = kind;
        if (causes is not null)
            details["causes"] = causes;
        return details;
    }
}
