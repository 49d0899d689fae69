using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Holdfast.Durable.Client;

/// <summary>Unary calls of a gRPC service over HTTP/2 without TLS, as the Durable extension offers on loopback: no more of gRPC than that.</summary>
internal sealed class GrpcChannel(HttpClient http, Uri address, string service, IReadOnlyDictionary<string, string> metadata)
{
    private const int FrameHeader = 5;
    private static readonly MediaTypeHeaderValue GrpcType = new("application/grpc");

    /// <exception cref="GrpcException">The service answered with another status than OK, or isn't there.</exception>
    /// <exception cref="DurableClientException">No answer, or none that is gRPC.</exception>
    public async Task<TResponse> CallAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var message = Message(method, request);
        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellation);
            var body = await ReadAsync(method, response, cancellation);
            return parser.ParseFrom(body, FrameHeader, body.Length - FrameHeader);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new GrpcException(GrpcCode.NotThere, $"no connection to {address}: {fault.Message}", fault);
        }
        catch (Exception fault) when (IsTransport(fault, cancellation))
        {
            throw new DurableClientException($"The Durable extension at {address} broke off {method}: {fault.Message}. Whether it was done is unknown; it may be tried again.", isTransient: true, fault);
        }
    }

    private static bool IsTransport(Exception fault, CancellationToken cancellation) =>
        fault is HttpRequestException or IOException or InvalidProtocolBufferException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested);

    private HttpRequestMessage Message(string method, IMessage request)
    {
        var size = request.CalculateSize();
        var frame = new byte[FrameHeader + size];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        request.WriteTo(frame.AsSpan(FrameHeader));
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/{service}/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        message.Content.Headers.ContentType = GrpcType;
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        message.Headers.Add("grpc-accept-encoding", "identity");
        foreach (var (name, value) in metadata)
            message.Headers.Add(name, value);
        return message;
    }

    /// <summary>The answer with its frame.</summary>
    private static async Task<byte[]> ReadAsync(string method, HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.StatusCode is not HttpStatusCode.OK)
            throw new HttpRequestException($"HTTP status {(int)response.StatusCode} where gRPC has 200");
        if (!int.TryParse(Trailer(response, "grpc-status"), out var status))
            throw new HttpRequestException("the answer has no gRPC status");
        if (status != 0)
            throw new GrpcException((GrpcCode)status, $"{method}: {Uri.UnescapeDataString(Trailer(response, "grpc-message") ?? "no message")}");
        if (body.Length < FrameHeader || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != body.Length - FrameHeader)
            throw new HttpRequestException("the answer is not one uncompressed gRPC message");
        return body;
    }

    /// <summary>Answers without a message have their status in the headers.</summary>
    private static string? Trailer(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;
}

/// <summary>The statuses of gRPC that decide something here.</summary>
internal enum GrpcCode
{
    /// <summary>Nobody listens: nothing was sent.</summary>
    NotThere = -1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
}

internal sealed class GrpcException(GrpcCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public GrpcCode Code => code;

    /// <summary>Nothing was done, and nothing will be by this way: another one may be tried.</summary>
    public bool IsNotThere => code is GrpcCode.NotThere or GrpcCode.Unimplemented;

    /// <summary>The extension answers most of what goes wrong inside it with Unknown.</summary>
    public bool IsTransient =>
        code is GrpcCode.NotThere or GrpcCode.Unknown or GrpcCode.DeadlineExceeded or GrpcCode.ResourceExhausted or GrpcCode.Aborted or GrpcCode.Internal or GrpcCode.Unavailable;
}
