using System.Buffers;
using System.Text;

namespace Holdfast.Clusters.Executing;

/// <summary>The beginning of a command's output, of both streams together.</summary>
internal sealed class KeptOutput
{
    private readonly ArrayBufferWriter<byte> stdout = new();
    private readonly ArrayBufferWriter<byte> stderr = new();
    private long dropped;

    public void AddStdout(ReadOnlySpan<byte> bytes) => Add(stdout, bytes);

    public void AddStderr(ReadOnlySpan<byte> bytes) => Add(stderr, bytes);

    /// <summary>What isn't UTF-8 becomes the replacement character.</summary>
    public CommandOutput ToOutput() => new(Text(stdout), Text(stderr), dropped);

    private void Add(ArrayBufferWriter<byte> stream, ReadOnlySpan<byte> bytes)
    {
        var room = CommandOutput.KeptBytes - stdout.WrittenCount - stderr.WrittenCount;
        var kept = Math.Min(room, bytes.Length);
        stream.Write(bytes[..kept]);
        dropped += bytes.Length - kept;
    }

    private static string Text(ArrayBufferWriter<byte> stream) => Encoding.UTF8.GetString(stream.WrittenSpan);
}
