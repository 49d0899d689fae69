namespace Holdfast.Clusters.Connections;

/// <summary>
/// A response's body, read-only: a body that is cut, or that brings no byte for a while, fails with <see cref="ClusterFailure.Broken"/> and
/// says where. One reader at a time.
/// </summary>
/// <param name="inner">Disposed with this.</param>
/// <param name="what">What is being read, for the message: <c>GET /api/v1/pods of https://...</c>.</param>
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
                $"{what}: nothing came for {stall.TotalSeconds:0.#} s after {received} bytes. {Advice}",
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

    private const string Advice =
        "It is worth another try; when it happens again, look at the network and proxies on the way and at the API server's health";

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

    /// <summary>An alarm may go off while its stream is being disposed.</summary>
    private static void Sound(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException) { }
    }
}
