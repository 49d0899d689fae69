using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Restore.Outcomes;

/// <summary>
/// A run's outcomes in a store that can't append: pages of lines, each page of one writer, which replaces it with every batch until it is
/// full. Pages are numbered; a writer that sees a later page begins another one, so that of a step the last line of the last page counts.
/// Two writers at once lose nothing.
/// </summary>
/// <param name="folder">Of these outcomes alone; ends with a slash.</param>
public sealed class OutcomeDocuments(IDocumentStore control, string folder) : IOutcomeLog
{
    private const int PageBytes = 256 << 10;
    private const byte LineEnd = (byte)'\n';

    private readonly Dictionary<string, int> read = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> page = new();
    private string? mine;
    private int last;

    public TimeSpan Pace { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<IReadOnlyCollection<StepOutcome>> ReadNewAsync(CancellationToken cancellation)
    {
        var outcomes = new List<StepOutcome>();
        var paths = new List<string>();
        await foreach (var path in control.ListAsync(folder, null, cancellation))
            paths.Add(path);
        foreach (var path in paths)
            await ReadAsync(path, outcomes, cancellation);
        if (paths.Count > 0 && mine is not null && string.CompareOrdinal(paths[^1], mine) > 0)
            Close();
        return outcomes;
    }

    public async ValueTask AppendAsync(IReadOnlyCollection<StepOutcome> outcomes, CancellationToken cancellation)
    {
        if (outcomes.Count == 0)
            return;
        Write(outcomes);
        if (mine is null)
            await ClaimAsync(cancellation);
        else
            await control.PutAsync(mine, page.WrittenMemory, cancellation);
        if (page.WrittenCount >= PageBytes)
            Close();
    }

    public void Dispose()
    {
        // nothing is held open
    }

    /// <summary>A page of another writer is read again until it is full; only what came behind counts as new.</summary>
    private async Task ReadAsync(string path, List<StepOutcome> outcomes, CancellationToken cancellation)
    {
        if (
            !int.TryParse(
                path.AsSpan(folder.Length, Math.Min(6, path.Length - folder.Length)),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
            return;
        last = Math.Max(last, number);
        var before = read.GetValueOrDefault(path);
        if (
            path == mine
            || before >= PageBytes
            || await control.ReadAsync(path, cancellation) is not { } document
            || document.Content.Length <= before
        )
            return;
        Parse(path, document.Content.Span[before..], outcomes);
        read[path] = document.Content.Length;
    }

    private async Task ClaimAsync(CancellationToken cancellation)
    {
        string path;
        do
        {
            last++;
            path = string.Create(CultureInfo.InvariantCulture, $"{folder}{last:000000}.ndjson");
        } while (await control.CreateAsync(path, page.WrittenMemory, cancellation) is null);
        mine = path;
    }

    private void Close()
    {
        if (mine is not null)
            read[mine] = PageBytes;
        mine = null;
        page.Clear();
    }

    private void Write(IReadOnlyCollection<StepOutcome> outcomes)
    {
        using var json = new Utf8JsonWriter(page);
        foreach (var outcome in outcomes)
        {
            JsonSerializer.Serialize(json, outcome, OutcomeJson.Default.StepOutcome);
            json.Flush();
            page.Write([LineEnd]);
            json.Reset();
        }
    }

    private void Parse(string path, ReadOnlySpan<byte> lines, List<StepOutcome> outcomes)
    {
        for (var end = lines.IndexOf(LineEnd); end >= 0; end = lines.IndexOf(LineEnd))
        {
            outcomes.Add(OutcomeOf(path, lines[..end]));
            lines = lines[(end + 1)..];
        }
    }

    private StepOutcome OutcomeOf(string path, ReadOnlySpan<byte> line)
    {
        try
        {
            if (JsonSerializer.Deserialize(line, OutcomeJson.Default.StepOutcome) is { } outcome)
                return outcome;
        }
        catch (JsonException)
        {
            // said below
        }
        throw ControlReading.Refuse(control, path, "a line of it isn't an outcome of a step");
    }
}
