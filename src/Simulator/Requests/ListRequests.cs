using System.Buffers;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>Answers lists: in pages, at the latest or an exact revision, whole or metadata only.</summary>
internal sealed class ListRequests(ObjectStore store)
{
    private const int FlushAt = 64 * 1024;

    private static readonly byte[] Comma = [(byte)','];

    public async Task AnswerAsync(HttpContext http, ServedType type, string? ns, CancellationToken cancellation)
    {
        var query = ListQuery.Parse(http.Request.Query);
        var documents = new Documents(type, Negotiation.IsMetadataOnly(http.Request.Headers.Accept, isList: true));
        var (items, meta) = Page(type, ns is null ? "" : ns + "/", query);
        http.Response.ContentType = "application/json";
        await WriteAsync(http, documents, items, meta, cancellation);
    }

    /// <summary>All objects of a type now, for a deletecollection.</summary>
    public List<StoredVersion> Selected(ServedType type, string? ns, ListQuery query) =>
        Page(type, ns is null ? "" : ns + "/", query).Items;

    private (List<StoredVersion> Items, ListMeta Meta) Page(ServedType type, string prefix, ListQuery query)
    {
        var (revision, start) = query.Position(store.Revision);
        var page =
            store.Read(type.Table, revision, prefix, prefix + start, query.Selectors.IsEmpty ? query.Limit : 0)
            ?? throw Expired(query, start);
        var items = page.Items;
        var remaining = page.Remaining;
        if (!query.Selectors.IsEmpty)
        {
            items = [.. items.Where(query.Selectors.Match).Take(query.Limit > 0 ? query.Limit + 1 : int.MaxValue)];
            remaining = query.Limit > 0 && items.Count > query.Limit ? 1 : 0;
            if (remaining > 0)
                items.RemoveAt(query.Limit);
        }
        var next = remaining > 0 ? ContinueToken.After(page.Revision, items[^1].Key[prefix.Length..]).Encode() : null;
        return (items, new ListMeta(page.Revision, next, query.Selectors.IsEmpty ? remaining : null));
    }

    private static ApiError Expired(ListQuery query, string start) =>
        query.Continue.Length == 0
            ? ApiError.Expired("The resourceVersion for the provided list is too old.")
            : ApiError.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
                    + "continue parameter, or use the continue token in this "
                    + "response to retrieve the remainder of the results. Continuing with the provided token results in an "
                    + "inconsistent list - objects that were created, modified, or deleted "
                    + "between the time the first chunk was returned and now may show up in the list.",
                new ContinueToken(-1, start).Encode()
            );

    private static async Task WriteAsync(
        HttpContext http,
        Documents documents,
        List<StoredVersion> items,
        ListMeta meta,
        CancellationToken cancellation
    )
    {
        var output = http.Response.BodyWriter;
        output.Write(documents.ListHead(meta));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                output.Write(Comma);
            documents.WriteItem(output, items[i]);
            if (output.UnflushedBytes > FlushAt)
                await output.FlushAsync(cancellation);
        }
        output.Write(documents.ListTail(meta));
        await output.FlushAsync(cancellation);
    }
}
