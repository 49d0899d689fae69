using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>The parameters of a list.</summary>
internal sealed record ListQuery(int Limit, string Continue, string ResourceVersion, string Match, Selectors Selectors)
{
    public static ListQuery Parse(IQueryCollection query)
    {
        // A server takes a 64-bit number. One less than the maximum leaves room to check for more.
        var limit = long.TryParse(query["limit"], out var parsed) ? (int)Math.Clamp(parsed, 0, int.MaxValue - 1) : 0;
        var list = new ListQuery(
            limit,
            query["continue"].ToString(),
            query["resourceVersion"].ToString(),
            query["resourceVersionMatch"].ToString(),
            Selectors.Parse(query["labelSelector"], query["fieldSelector"])
        );
        list.CheckMatch();
        return list;
    }

    /// <summary>The revision and the key after which the page starts. A null revision is the current one.</summary>
    public (long? Revision, string Start) Position(long present)
    {
        if (Continue.Length > 0)
        {
            var token = ContinueToken.Decode(Continue);
            if (ResourceVersion is not ("" or "0"))
                throw ApiError.BadRequest("specifying resource version is not allowed when using continue");
            return (token.Revision < 0 ? null : token.Revision, token.Start);
        }
        if (ResourceVersion is "" or "0")
            return (null, "");
        if (!long.TryParse(ResourceVersion, out var revision) || revision < 0)
            throw ApiError.BadRequest($"resourceVersion: Invalid value: \"{ResourceVersion}\"");
        if (revision > present)
            throw TooLarge(revision, present);
        // As before resourceVersionMatch existed: a limit makes it exact.
        return (Match == "Exact" || (Match.Length == 0 && Limit > 0) ? revision : null, "");
    }

    private void CheckMatch()
    {
        if (Match.Length == 0)
            return;
        if (Continue.Length > 0)
            throw Forbidden("resourceVersionMatch is forbidden for continue");
        if (ResourceVersion.Length == 0)
            throw Forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (Match == "Exact" && ResourceVersion == "0")
            throw Forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        if (Match is not ("Exact" or "NotOlderThan"))
        {
            throw ApiError.Invalid(
                "ListOptions",
                "meta.k8s.io",
                "",
                "resourceVersionMatch",
                "FieldValueNotSupported",
                $"Unsupported value: \"{Match}\": supported values: \"Exact\", \"NotOlderThan\""
            );
        }
    }

    private static ApiError Forbidden(string message) =>
        ApiError.Invalid("ListOptions", "meta.k8s.io", "", "resourceVersionMatch", "FieldValueForbidden", "Forbidden: " + message);

    private static ApiError TooLarge(long revision, long present)
    {
        var cause = new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" };
        return new ApiError(
            504,
            "Timeout",
            $"Timeout: Too large resource version: {revision}, current: {present}",
            new JsonObject { ["causes"] = new JsonArray(cause), ["retryAfterSeconds"] = 1 }
        );
    }
}
