using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>Answers watches: the changes after a revision, one event a line, until the client's or the server's timeout.</summary>
internal sealed class WatchRequests(ObjectStore store, TimeProvider time, TimeSpan bookmarkInterval)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    // The last bookmark comes this long before the end, as from the real server.
    private static readonly TimeSpan BeforeEnd = TimeSpan.FromSeconds(2);

    public async Task AnswerAsync(HttpContext http, ServedType type, string? ns, CancellationToken cancellation)
    {
        var query = http.Request.Query;
        var stream = new Stream(
            type.Table,
            ns is null ? "" : ns + "/",
            Selectors.Parse(query["labelSelector"], query["fieldSelector"]),
            new Documents(type, Negotiation.IsMetadataOnly(http.Request.Headers.Accept, isList: false)),
            http.Response.BodyWriter
        );
        var lasts = int.TryParse(query["timeoutSeconds"], out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : Longest;
        http.Response.ContentType = "application/json";
        var position = Start(stream, query["resourceVersion"].ToString());
        await http.Response.StartAsync(cancellation);
        await stream.Output.FlushAsync(cancellation);
        await FollowAsync(
            stream,
            position,
            time.GetUtcNow() + lasts,
            query["allowWatchBookmarks"] == "true" || query["allowWatchBookmarks"] == "1",
            cancellation
        );
    }

    // Without a revision, existing objects come first, as added.
    private long Start(Stream stream, string resourceVersion)
    {
        if (resourceVersion is not ("" or "0"))
            return long.TryParse(resourceVersion, out var given)
                ? given
                : throw ApiError.BadRequest($"resourceVersion: Invalid value: \"{resourceVersion}\"");
        var present = store.Read(stream.Table, null, stream.Prefix, stream.Prefix, 0)!;
        foreach (var version in present.Items.Where(stream.Selectors.Match))
            stream.Write("ADDED", version);
        return present.Revision;
    }

    private async Task FollowAsync(Stream stream, long position, DateTimeOffset end, bool bookmarks, CancellationToken cancellation)
    {
        var nextBookmark = Earlier(time.GetUtcNow() + bookmarkInterval, end - BeforeEnd);
        while (true)
        {
            var changed = stream.Table.Changed.NextAsync();
            if (store.ChangesAfter(position, stream.Table, out var reached) is not { } changes)
            {
                stream.WriteExpired(position, reached);
                await stream.Output.FlushAsync(cancellation);
                return;
            }
            position = Math.Max(position, reached);
            foreach (var change in changes)
                stream.WriteChange(change);
            var now = time.GetUtcNow();
            if (bookmarks && now >= nextBookmark)
            {
                stream.WriteBookmark(position);
                nextBookmark = now >= end - BeforeEnd ? DateTimeOffset.MaxValue : Earlier(now + bookmarkInterval, end - BeforeEnd);
            }
            await stream.Output.FlushAsync(cancellation);
            if (now >= end)
                return;
            await WaitAsync(changed, Earlier(end, bookmarks ? nextBookmark : end) - now, cancellation);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan atMost, CancellationToken cancellation)
    {
        try
        {
            await changed.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.FromMilliseconds(1), time, cancellation);
        }
        catch (TimeoutException)
        {
            // A bookmark is due, or the end.
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private sealed record Stream(ObjectTable Table, string Prefix, Selectors Selectors, Documents Documents, PipeWriter Output)
    {
        public void WriteChange(StoredVersion change)
        {
            if (!change.Key.StartsWith(Prefix, StringComparison.Ordinal))
                return;
            var isSelected = Selectors.Match(change);
            var wasSelected = !change.IsCreation && (change.Previous is null || Selectors.Match(change.Previous));
            if (change.IsDeletion ? wasSelected : wasSelected && !isSelected)
                Write("DELETED", change);
            else if (!change.IsDeletion && isSelected)
                Write(wasSelected ? "MODIFIED" : "ADDED", change);
        }

        public void Write(string kind, StoredVersion version)
        {
            Begin(kind);
            Documents.WriteObject(Output, version);
            End();
        }

        public void WriteBookmark(long revision)
        {
            Begin("BOOKMARK");
            Documents.WriteBookmark(Output, revision);
            End();
        }

        public void WriteExpired(long asked, long present)
        {
            Begin("ERROR");
            Output.Write(
                Encoding.UTF8.GetBytes(ApiError.Expired($"too old resource version: {asked} ({present})").ToStatus().ToJsonString())
            );
            End();
        }

        private void Begin(string kind) => Output.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"{kind}\",\"object\":"));

        private void End() => Output.Write("}\n"u8);
    }
}
