using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Faults;

/// <summary>A response's body that breaks off or stalls after some bytes.</summary>
internal sealed class FaultyBody(HttpContext http, long passes, bool cuts) : Stream
{
    private readonly Stream inner = http.Response.Body;
    private long left = passes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var part = buffer[..(int)Math.Min(buffer.Length, left)];
        left -= part.Length;
        await inner.WriteAsync(part, cancellationToken);
        if (part.Length == buffer.Length)
            return;
        await inner.FlushAsync(cancellationToken);
        if (cuts)
            http.Abort();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
