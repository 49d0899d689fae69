using System.Buffers;
using System.Net.WebSockets;

namespace Holdfast.Clusters.Executing;

/// <summary>
/// Splits the messages of an exec websocket into output and result. Each message's first byte is its channel; memory is bounded whatever
/// the container writes. For one command.
/// </summary>
internal sealed class ExecChannels(ContainerCommand command, TimeProvider time)
{
    private const byte Stdout = 1;
    private const byte Stderr = 2;
    private const byte Error = 3;
    private const int LargestStatus = 64 << 10;

    /// <summary>
    /// How long output may follow the result. An API server that translates between protocols copies the channels concurrently, and a
    /// proxy may keep the connection open.
    /// </summary>
    private static readonly TimeSpan AfterResult = TimeSpan.FromSeconds(2);

    private readonly KeptOutput output = new();
    private readonly ArrayBufferWriter<byte> status = new();
    private bool isStatusCut;

    public CommandOutput Output() => output.ToOutput();

    /// <summary>Reads to the result, and the output that follows it.</summary>
    public async Task<CommandResult> ReadAsync(WebSocket socket, CancellationToken cancellation)
    {
        using var enough = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, enough.Token);
        try
        {
            await ReadMessagesAsync(socket, () => enough.CancelAfter(AfterResult), either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The result is known, and nothing more came.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return Result() ?? throw Broken("the connection broke", e);
        }
        cancellation.ThrowIfCancellationRequested();
        return Result() ?? throw Broken("the server closed the connection without a result");
    }

    private async Task ReadMessagesAsync(WebSocket socket, Action onResult, CancellationToken cancellation)
    {
        var buffer = new byte[16 << 10];
        byte? channel = null;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
                return;
            }
            var bytes = buffer.AsSpan(0, read.Count);
            if (channel is null && bytes.Length > 0)
            {
                channel = bytes[0];
                bytes = bytes[1..];
            }
            Keep(channel, bytes);
            if (!read.EndOfMessage)
                continue;
            if (channel is Error && ExecStatus.TryParse(status.WrittenMemory, out _))
                onResult();
            channel = null;
        }
    }

    /// <summary>Other channels (255: the end of one, in version 5) say nothing that matters without input.</summary>
    private void Keep(byte? channel, ReadOnlySpan<byte> bytes)
    {
        switch (channel)
        {
            case Stdout:
                output.AddStdout(bytes);
                break;
            case Stderr:
                output.AddStderr(bytes);
                break;
            case Error:
                isStatusCut |= status.WrittenCount + bytes.Length > LargestStatus;
                if (!isStatusCut)
                    status.Write(bytes);
                break;
        }
    }

    private CommandResult? Result() =>
        !isStatusCut && ExecStatus.TryParse(status.WrittenMemory, out var result)
            ? new(result.ExitCode, result.Error, false, Output())
            : null;

    private ClusterException Broken(string why, Exception? fault = null) =>
        new(
            ClusterFailure.Broken,
            $"A command was started in {command}, and how it ended isn't known: {why}. It may be running or done",
            fault
        );
}
