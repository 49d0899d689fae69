using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;

namespace Holdfast.Fuzzing.Tests;

/// <summary>
/// A websocket whose messages come from bytes: of each, two bytes that say its length and whether it ends, and then so many bytes. Where
/// they end, so does the connection.
/// </summary>
internal sealed class ScriptedSocket(byte[] script) : WebSocket
{
    private const int Ends = 1 << 15;
    private int at;

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => WebSocketState.Open;

    public override string? SubProtocol => null;

    public static byte[] Frame(byte channel, string text)
    {
        byte[] content = [channel, .. Encoding.UTF8.GetBytes(text)];
        var header = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(content.Length | Ends));
        return [.. header, .. content];
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        if (script.Length - at < 2)
            return Task.FromResult(new WebSocketReceiveResult(0, WebSocketMessageType.Close, true));
        var header = BinaryPrimitives.ReadUInt16BigEndian(script.AsSpan(at));
        at += 2;
        var length = Math.Min(Math.Min(header & ~Ends, script.Length - at), buffer.Count);
        script.AsSpan(at, length).CopyTo(buffer);
        at += length;
        return Task.FromResult(new WebSocketReceiveResult(length, WebSocketMessageType.Binary, (header & Ends) != 0));
    }

    public override void Abort()
    {
        // nothing is connected
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus,
        string? statusDescription,
        CancellationToken cancellationToken
    ) => Task.CompletedTask;

    public override void Dispose()
    {
        // nothing is held
    }

    public override Task SendAsync(
        ArraySegment<byte> buffer,
        WebSocketMessageType messageType,
        bool endOfMessage,
        CancellationToken cancellationToken
    ) => Task.CompletedTask;
}
