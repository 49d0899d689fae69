using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Output;

/// <summary>
/// Where a verb prints: results to stdout, everything else to stderr. Colours only on terminals, and not when NO_COLOR is set. The one
/// place that prints: whatever a text or a document holds, the terminal gets lines, colours of ours and characters that it shows.
/// </summary>
internal sealed class Screen : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly bool colours =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
    private readonly Lazy<Stream> stdout = new(static () => new BufferedStream(Console.OpenStandardOutput(), 1 << 16));
    private readonly Lazy<StreamWriter> stderr = new(static () => new(Console.OpenStandardError(), Utf8) { AutoFlush = true });
    private PrintableStream? documents;

    /// <summary>No progress and no notes.</summary>
    public bool Quiet { get; set; }

    /// <summary>A person can answer a question.</summary>
    public bool IsInteractive { get; } = !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public bool OutIsTerminal { get; } = !Console.IsOutputRedirected;

    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    public Ink Ink => field ??= new(colours && OutIsTerminal);

    public Ink ErrorInk => field ??= new(colours && ErrorIsTerminal);

    /// <summary>For documents: JSON, or YAML that quotes what it must. Buffered; flushed at the end.</summary>
    public Stream Out => documents ??= new(stdout.Value);

    /// <summary>For documents that are to be the very bytes that are stored; a terminal gets them as <see cref="Out"/> has them.</summary>
    public Stream Export => OutIsTerminal ? Out : stdout.Value;

    /// <summary>One line: a line break in it is shown, not made.</summary>
    public void Line(string text = "") => stdout.Value.Write(Utf8.GetBytes(Ink.Resolve(text) + '\n'));

    /// <summary>Several lines of ours.</summary>
    public static void Lines(string text, Action<string> line)
    {
        foreach (var one in text.Split('\n'))
            line(one.TrimEnd('\r'));
    }

    public void Json<T>(T document, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(Out, document, type);
        Out.WriteByte((byte)'\n');
    }

    /// <summary>For a person, beside the result.</summary>
    public void Note(string text)
    {
        if (!Quiet)
            ErrorLine(text);
    }

    public void Warn(string text) => ErrorLine($"{ErrorInk.Yellow("warning:")} {text}");

    public void ErrorLine(string text)
    {
        Flush();
        stderr.Value.Write(Ink.Resolve(text) + '\n');
    }

    /// <summary>Asks on stderr; anything but y or yes is no.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellation)
    {
        Flush();
        stderr.Value.Write($"{question} [y/N] ");
        // Reading can't be cancelled: the reader is left behind.
        var answer = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellation);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    public void Flush()
    {
        if (stdout.IsValueCreated)
            stdout.Value.Flush();
    }

    public void Dispose()
    {
        Flush();
        if (stderr.IsValueCreated)
            stderr.Value.Dispose();
    }
}
