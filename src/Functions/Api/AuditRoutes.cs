using System.Globalization;
using Holdfast.Control.Auditing;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.Api;

/// <summary>Who did what.</summary>
internal static class AuditRoutes
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(400);

    public static readonly ApiRoute List = new(
        "GET",
        "/audit",
        "audit.list",
        "List the audit's records, the newest first",
        Roles.Admin,
        ListAsync
    )
    {
        Query =
        [
            new("from", "Start of the period, such as `2026-11-22T05:30:00Z`; default: 7 days before `to`"),
            new("to", "End of the period; default: now"),
            .. Paging.Parameters,
        ],
        Gives = [new(200, "A page of records; one without content was tampered with", ApiJson.Plain.PageAuditEntry)],
        Problems = [400],
    };

    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var to = Time(request, "to") ?? request.App.Time.GetUtcNow();
        var from = Time(request, "from") ?? to - DefaultTime;
        if (from > to || to - from > LongestTime)
            throw ApiRequest.Malformed("from", $"use a time before 'to', and at most {LongestTime.Days} days before");
        var page = await new AuditLog(request.App.Environment.Control).ListAsync(
            from,
            to,
            request.Continuation,
            request.Limit,
            request.Cancellation
        );
        return Answer.Ok(
            new Page<AuditEntry>(page.Items, page.After is { } after ? Continuations.Write(after) : null),
            ApiJson.Plain.PageAuditEntry
        );
    }

    private static DateTimeOffset? Time(ApiRequest request, string name) =>
        request.Query(name) switch
        {
            null => null,
            var text
                when DateTimeOffset.TryParse(
                    text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var time
                ) => time,
            _ => throw ApiRequest.Malformed(name, "use a time as 2026-11-22T05:30:00Z"),
        };
}
