using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Listing;

/// <summary>One page's request, sent as soon as it is created; its answer can be requested repeatedly.</summary>
internal sealed class PageRequest : IAsyncDisposable
{
    private const string Whole = "application/json";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";
    private const string Metadata =
        $"{Protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{Whole};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{Whole}";

    private readonly ClusterConnection connection;
    private readonly CancellationTokenSource abandon;
    private Task<HttpResponseMessage>? answer;

    public PageRequest(ClusterConnection connection, ListRequest list, CancellationToken cancellation)
    {
        this.connection = connection;
        List = list;
        abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        answer = SendAsync();
    }

    public ListRequest List { get; }

    /// <summary>Whether a repeated request returns the same page: its revision is fixed, by the request or in the token.</summary>
    public bool IsRepeatable => List.Continue is not null || List.Revision is not null;

    /// <summary>Parses the media type in which the server answered, which may not be the preferred one.</summary>
    public ListCutter CutterOf(HttpResponseMessage response, ItemReceiver receiver) =>
        response.Content.Headers.ContentType?.MediaType == Protobuf
            ? new MetadataCutter(receiver, connection.Limits)
            : new ItemCutter(receiver, List.MetadataOnly, connection.Limits);

    /// <summary>Returns the pending answer, or sends the request again if it was already taken. The caller disposes it.</summary>
    /// <exception cref="ClusterException">Any answer but a list, as its failure.</exception>
    public async Task<HttpResponseMessage> TakeAsync()
    {
        var response = await (answer ?? SendAsync());
        answer = null;
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await connection.FailureAsync(response, abandon.Token);
    }

    /// <summary>Drops an answer that wasn't taken.</summary>
    public async ValueTask DisposeAsync()
    {
        if (answer is not null)
        {
            await abandon.CancelAsync();
            // No caller waits for this page any more, so its failure doesn't matter.
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (answer.IsCompletedSuccessfully)
                (await answer).Dispose();
        }
        abandon.Dispose();
    }

    private Task<HttpResponseMessage> SendAsync()
    {
        var path = List.Path();
        return connection.SendAsync(() => Make(path), abandon.Token);
    }

    private HttpRequestMessage Make(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", List.MetadataOnly ? Metadata : Whole);
        return request;
    }
}
