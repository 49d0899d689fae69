namespace Holdfast.Clusters.Connections;

/// <summary>
/// A response's body, read-only: one that breaks off or stalls fails with <see cref="ClusterFailure.Broken"/>, naming the request. One
/// reader at a time.
/// </summary>
/// <param name="inner">Disposed with this.</param>
/// <param name="what">The request, for messages: <c>GET /api/v1/pods of https://...</c>.</param>
public sealed class StallGuardedStream(Stream inner, TimeSpan stall, TimeProvider time, string what) : Stream
{
    private readonly CancellationTokenSource stalled = new();
    private ITimer? alarm;
    private long received;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    /// <summary>Bytes received so far.</summary>
    public override long Position
    {
        get => received;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var pending = inner.ReadAsync(buffer, stalled.Token);
            var read = pending.IsCompletedSuccessfully ? pending.Result : await WaitAsync(pending, cancellationToken);
            received += read;
            return read;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e) when (stalled.IsCancellationRequested)
        {
            throw new ClusterException(
                ClusterFailure.Broken,
                $"{what}: no data for {stall.TotalSeconds:0.#} s after {received} bytes. {Advice}",
                e
            );
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new ClusterException(
                ClusterFailure.Broken,
                $"{what}: the response broke off after {received} bytes ({e.Message}). {Advice}",
                e
            );
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Responses are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            alarm?.Dispose();
            inner.Dispose();
            stalled.Dispose();
        }
        base.Dispose(disposing);
    }

    private const string Advice = "Try again; if it happens again, check the network, proxies on the way and the API server's health";

    private async ValueTask<int> WaitAsync(ValueTask<int> pending, CancellationToken cancellation)
    {
        alarm ??= time.CreateTimer(
            static source => Sound((CancellationTokenSource)source!),
            stalled,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        alarm.Change(stall, Timeout.InfiniteTimeSpan);
        try
        {
            await using var _ = cancellation.UnsafeRegister(static source => Sound((CancellationTokenSource)source!), stalled);
            return await pending;
        }
        finally
        {
            alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The timer may fire while the stream is being disposed.</summary>
    private static void Sound(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException) { }
    }
}
