namespace Holdfast.Clusters.Connections;

/// <summary>A small response, read to its end.</summary>
internal readonly struct WholeAnswer(HttpResponseMessage response, byte[] body)
{
    private const int FirstBuffer = 64 << 10;

    public int Code { get; } = (int)response.StatusCode;

    public byte[] Body { get; } = body;

    /// <summary>The request: <c>GET /api/v1/namespaces</c>, without a query.</summary>
    public string Asked { get; } = FaultMessages.Asked(response.RequestMessage);

    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>
    /// Reads a body of known or unknown length, up to a limit. Memory grows with the bytes that arrive, not with the claimed length.
    /// </summary>
    /// <param name="most">At most 1 GiB.</param>
    /// <returns>The beginning, if the body is longer.</returns>
    public static async Task<(byte[] Body, bool IsWhole)> ReadAsync(Stream stream, long? length, long most, CancellationToken cancellation)
    {
        var end = Math.Min(length ?? long.MaxValue, most);
        var buffer = new byte[(int)Math.Min(end + 1, FirstBuffer)];
        for (var filled = 0; ; )
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
            filled += read;
            if (read == 0 || filled == length || filled > most)
            {
                Array.Resize(ref buffer, (int)Math.Min(filled, most));
                return (buffer, filled <= most);
            }
            if (filled == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(2L * filled, end + 1));
        }
    }
}
