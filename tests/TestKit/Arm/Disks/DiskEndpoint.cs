using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Arm.Disks;

/// <summary>
/// Where the content of disks and snapshots is read and written with a shared access signature: a page blob each, with the footer of a VHD
/// as its last page.
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/get-page-ranges (with <c>x-ms-previous-snapshot-url</c>, for managed disks),
/// <c>get-blob</c>, <c>put-page</c> and <c>put-page-from-url</c> beside it. What a revoked signature is answered with isn't published for
/// managed disks: 403 AuthenticationFailed, as any signature that doesn't count.
/// </remarks>
public sealed class DiskEndpoint(ArmServer server)
{
    private const int MostPerWrite = 4 << 20;

    private readonly ConcurrentDictionary<string, Grant> grants = new(StringComparer.Ordinal);
    private int readRequests;

    /// <summary>Signatures that count now.</summary>
    public int Active => grants.Values.Count(IsActive);

    /// <summary>How many ranges of content were read.</summary>
    public int Reads => readRequests;

    /// <summary>The signature is good for one blob, for reading or writing.</summary>
    public Uri Open(string resource, DiskContent content, bool canWrite, TimeSpan duration)
    {
        var path = $"/md-{Guid.NewGuid():N}/abcd";
        var grant = new Grant(resource, content, canWrite, server.Time.GetUtcNow() + duration, Guid.NewGuid().ToString("N"));
        grants[path] = grant;
        return new(server.Url, $"{path}?sv=2018-03-28&sr=b&si={Guid.NewGuid()}&sig={grant.Signature}");
    }

    public void Revoke(string resource)
    {
        foreach (var (path, grant) in grants)
            if (string.Equals(grant.Resource, resource, StringComparison.OrdinalIgnoreCase))
                grants.TryRemove(path, out _);
    }

    public bool HasActive(string resource) =>
        grants.Values.Any(g => string.Equals(g.Resource, resource, StringComparison.OrdinalIgnoreCase) && IsActive(g));

    /// <returns>False: the path isn't one of a disk's content.</returns>
    public async Task<bool> AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value is not { } path || !path.StartsWith("/md-", StringComparison.Ordinal))
            return false;
        if (!grants.TryGetValue(path, out var grant) || !IsActive(grant) || context.Request.Query["sig"] != grant.Signature)
            await RefuseAsync(context, 403, "AuthenticationFailed");
        else if (context.Request.Query["comp"] == "pagelist")
            await ListAsync(context, grant.Content);
        else if (context.Request.Query["comp"] == "page" && HttpMethods.IsPut(context.Request.Method))
            await WriteAsync(context, grant);
        else
            await ReadAsync(context, grant.Content);
        return true;
    }

    private bool IsActive(Grant grant) => server.Time.GetUtcNow() < grant.Until;

    private async Task ReadAsync(HttpContext context, DiskContent content)
    {
        var range = RangeOf(context.Request, "Range", content.Length);
        var response = context.Response;
        response.Headers.AcceptRanges = "bytes";
        response.Headers["x-ms-blob-type"] = "PageBlob";
        response.Headers.ETag = "\"0x1\"";
        response.Headers.LastModified = "Mon, 30 Nov 2026 00:00:00 GMT";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentLength = content.Length;
            return;
        }
        Interlocked.Increment(ref readRequests);
        var length = (int)(range.End - range.Start + 1);
        response.StatusCode = 206;
        response.ContentType = "application/octet-stream";
        response.ContentLength = length;
        response.Headers.ContentRange = $"bytes {range.Start}-{range.End}/{content.Length}";
        await response.Body.WriteAsync(content.Read(range.Start, length));
    }

    private async Task ListAsync(HttpContext context, DiskContent content)
    {
        IReadOnlyList<(long Start, long End)> changed = content.Written();
        IReadOnlyList<(long Start, long End)> cleared = [];
        if (context.Request.Headers["x-ms-previous-snapshot-url"].ToString() is { Length: > 0 } previous)
        {
            var url = new Uri(previous);
            if (
                !grants.TryGetValue(url.AbsolutePath, out var before)
                || !IsActive(before)
                || !url.Query.Contains(before.Signature, StringComparison.Ordinal)
            )
            {
                await RefuseAsync(context, 409, "PreviousSnapshotCannotBeNewer");
                return;
            }
            (changed, cleared) = content.Since(before.Content);
        }
        var within = RangeOf(context.Request, "Range", content.Length);
        (changed, cleared) = (Within(changed, within), Within(cleared, within));
        context.Response.Headers["x-ms-blob-content-length"] = content.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.ETag = "\"0x1\"";
        context.Response.Headers.LastModified = "Mon, 30 Nov 2026 00:00:00 GMT";
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(
            """<?xml version="1.0" encoding="utf-8"?><PageList>"""
                + string.Concat(changed.Select(r => $"<PageRange><Start>{r.Start}</Start><End>{r.End}</End></PageRange>"))
                + string.Concat(cleared.Select(r => $"<ClearRange><Start>{r.Start}</Start><End>{r.End}</End></ClearRange>"))
                + "</PageList>"
        );
    }

    private static List<(long Start, long End)> Within(IReadOnlyList<(long Start, long End)> ranges, (long Start, long End) limit) =>
        [.. ranges.Select(r => (Start: Math.Max(r.Start, limit.Start), End: Math.Min(r.End, limit.End))).Where(r => r.Start <= r.End)];

    private async Task WriteAsync(HttpContext context, Grant grant)
    {
        var range = RangeOf(context.Request, "Range", grant.Content.Length);
        var length = range.End - range.Start + 1;
        if (!grant.CanWrite)
        {
            await RefuseAsync(context, 403, "AuthorizationPermissionMismatch");
            return;
        }
        if (context.Request.Headers["x-ms-page-write"] == "clear")
            lock (grant.Content)
                grant.Content.Clear(range.Start, length);
        else if (length > MostPerWrite)
        {
            await RefuseAsync(context, 413, "RequestBodyTooLarge");
            return;
        }
        else
        {
            var data = await DataAsync(context.Request);
            lock (grant.Content)
                grant.Content.Write(range.Start, data);
        }
        context.Response.StatusCode = 201;
        context.Response.Headers.ETag = "\"0x2\"";
        context.Response.Headers.LastModified = "Mon, 30 Nov 2026 00:00:00 GMT";
        context.Response.Headers["x-ms-blob-sequence-number"] = "0";
        context.Response.Headers["x-ms-request-server-encrypted"] = "true";
    }

    /// <summary>Of the body, or of the source that the server is to read itself.</summary>
    private async Task<byte[]> DataAsync(HttpRequest request)
    {
        if (request.Headers["x-ms-copy-source"].ToString() is not { Length: > 0 } source)
        {
            using var copy = new MemoryStream();
            await request.Body.CopyToAsync(copy);
            return copy.ToArray();
        }
        using var sources = new HttpClient(server.Handler());
        using var read = new HttpRequestMessage(HttpMethod.Get, source);
        read.Headers.TryAddWithoutValidation("x-ms-range", request.Headers["x-ms-source-range"].ToString());
        using var answer = await sources.SendAsync(read);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static (long Start, long End) RangeOf(HttpRequest request, string name, long length)
    {
        var text = request.Headers[$"x-ms-{name.ToLowerInvariant()}"].ToString() is { Length: > 0 } own
            ? own
            : request.Headers[name].ToString();
        if (!RangeHeaderValue.TryParse(text, out var parsed) || parsed.Ranges.Count != 1)
            return (0, length - 1);
        var range = parsed.Ranges.First();
        return (range.From ?? 0, Math.Min(range.To ?? (length - 1), length - 1));
    }

    private static async Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(
            $"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>no</Message></Error>"""
        );
    }

    private sealed record Grant(string Resource, DiskContent Content, bool CanWrite, DateTimeOffset Until, string Signature);
}
