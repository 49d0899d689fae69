using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Machine.Files;

namespace Holdfast.Restore.Outcomes;

/// <summary>
/// A run's outcomes on disk: one JSON document a line, appended and synced; a torn last line is dropped on reading. The last outcome of a
/// step counts. The first line names the run, so that no other plan continues from it; the file is locked while open, so that no second
/// process does the same work. Not thread-safe.
/// </summary>
public sealed class OutcomeLog(string path) : IOutcomeLog
{
    private const byte LineEnd = (byte)'\n';

    private FileStream? file;
    private bool read;

    public string Path { get; } = path;

    public TimeSpan Pace { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens the log for a plan, making it when there is none.</summary>
    /// <exception cref="RestoreException">It is another plan's, or another process has it open.</exception>
    public void Open(string plan)
    {
        if (file is not null)
            return;
        file = OpenFile();
        var text = ReadWholeLines();
        if (text.IsEmpty)
        {
            file.SetLength(0);
            AppendLines([new OutcomeLogHeader(plan)], OutcomeJson.Default.OutcomeLogHeader);
            return;
        }
        var found = Parse(text.Span[..text.Span.IndexOf(LineEnd)], OutcomeJson.Default.OutcomeLogHeader)?.Plan;
        if (found != plan)
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"{Path} holds the outcomes of {(found is null ? "no run" : $"run {found}")}, not of this plan's run {plan}; name "
                    + "another file"
            );
    }

    /// <summary>The last outcome of each step. Empty when there is no log yet.</summary>
    public IReadOnlyDictionary<int, StepOutcome> Read()
    {
        var outcomes = new Dictionary<int, StepOutcome>();
        var rest = file is null ? ReadClosed().Span : ReadWholeLines().Span;
        rest = rest[(rest.IndexOf(LineEnd) + 1)..];
        for (var end = rest.IndexOf(LineEnd); end >= 0; end = rest.IndexOf(LineEnd))
        {
            if (Parse(rest[..end], OutcomeJson.Default.StepOutcome) is { } outcome)
                outcomes[outcome.Step] = outcome;
            rest = rest[(end + 1)..];
        }
        return outcomes;
    }

    /// <summary>Returns when the outcomes are on disk. The log must be open.</summary>
    public void Append(IEnumerable<StepOutcome> outcomes) => AppendLines(outcomes, OutcomeJson.Default.StepOutcome);

    /// <summary>No other process writes an open log: after the first time there is nothing new.</summary>
    public ValueTask<IReadOnlyCollection<StepOutcome>> ReadNewAsync(CancellationToken cancellation)
    {
        IReadOnlyCollection<StepOutcome> found = read ? [] : [.. Read().Values];
        read = true;
        return ValueTask.FromResult(found);
    }

    public ValueTask AppendAsync(IReadOnlyCollection<StepOutcome> outcomes, CancellationToken cancellation)
    {
        Append(outcomes);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => file?.Dispose();

    private void AppendLines<T>(IEnumerable<T> documents, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var target = file ?? throw new InvalidOperationException("the log isn't open");
        var lines = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(lines))
        {
            foreach (var document in documents)
            {
                JsonSerializer.Serialize(json, document, type);
                json.Flush();
                lines.Write([LineEnd]);
                json.Reset();
            }
        }
        target.Seek(0, SeekOrigin.End);
        target.Write(lines.WrittenSpan);
        target.Flush(flushToDisk: true);
    }

    private FileStream OpenFile()
    {
        try
        {
            return OwnerOnly.OpenAlone(Path);
        }
        catch (IOException e) when (e is not IrregularFileException && File.Exists(Path))
        {
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"{Path} is in use ({e.Message}): is another restore of the same plan running?"
            );
        }
    }

    // What follows the last line end was torn by a crash: it is cut off, so that the next line starts clean.
    private ReadOnlyMemory<byte> ReadWholeLines()
    {
        var content = new byte[file!.Length];
        file.Seek(0, SeekOrigin.Begin);
        file.ReadExactly(content);
        var whole = content.AsSpan().LastIndexOf(LineEnd) + 1;
        if (whole < content.Length)
            file.SetLength(whole);
        return content.AsMemory(0, whole);
    }

    private ReadOnlyMemory<byte> ReadClosed()
    {
        var content = File.Exists(Path) ? RegularFile.Read(Path, Array.MaxLength, Links.Refused) : [];
        return content.AsMemory(0, content.AsSpan().LastIndexOf(LineEnd) + 1);
    }

    private static T? Parse<T>(ReadOnlySpan<byte> line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Plan">Its name (<see cref="RestorePlan.Name"/>).</param>
public sealed record OutcomeLogHeader([property: JsonPropertyName("run")] string Plan);

/// <summary>How outcomes are kept, a line each.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(StepOutcome))]
[JsonSerializable(typeof(OutcomeLogHeader))]
internal sealed partial class OutcomeJson : JsonSerializerContext;
