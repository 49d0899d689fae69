namespace Holdfast.Clusters.Connections;

/// <summary>A small response, read to its end.</summary>
internal readonly struct WholeAnswer(HttpResponseMessage response, byte[] body)
{
    private const int FirstBuffer = 4096;

    public int Code { get; } = (int)response.StatusCode;

    public byte[] Body { get; } = body;

    /// <summary>What was asked: <c>GET /api/v1/namespaces</c>, without a query.</summary>
    public string Asked { get; } = FaultMessages.Asked(response.RequestMessage);

    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>Reads a body of known or unknown length into one array of its size.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, long? length, CancellationToken cancellation)
    {
        var buffer = new byte[length is > 0 and < int.MaxValue ? (int)length.Value : FirstBuffer];
        var filled = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
            filled += read;
            if (read == 0)
                break;
            if (filled == buffer.Length && filled == length)
                break;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
        Array.Resize(ref buffer, filled);
        return buffer;
    }
}
