using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Names one run: <c>20261122T053000Z-1a2b3c4d</c>, when it was asked for (UTC, whole seconds) and eight random hex digits; with
/// <c>.NAME</c> behind it, a part of a run: a cluster of a fleet, or a restore of a recovery. It is also the id of the run's
/// orchestration, and the name of its report
/// in the control store.
/// </summary>
/// <remarks>Ordinal order is the order of time, a run comes before its parts, and the text is a safe path segment.</remarks>
[JsonConverter(typeof(RunIdJson))]
public readonly record struct RunId
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int OwnLength = 25;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string text;

    private RunId(string text) => this.text = text;

    /// <param name="random">
    /// From the caller's source of randomness; an orchestrator's is <see cref="Microsoft.DurableTask.TaskOrchestrationContext.NewGuid"/>.
    /// </param>
    public static RunId New(DateTimeOffset now, uint random) =>
        new($"{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{random:x8}");

    /// <summary>When the run was asked for, UTC, to the second.</summary>
    public DateTimeOffset Time =>
        DateTimeOffset.ParseExact(text.AsSpan(0, 16), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>The run of the fleet or the recovery that this is a part of; null: it isn't a part.</summary>
    public RunId? Whole => text.Length > OwnLength ? new(text[..OwnLength]) : null;

    /// <summary>One cluster's part of this fleet's run.</summary>
    public RunId Of(ClusterName cluster) => Part(cluster.ToString());

    /// <summary>One restore's part of this recovery's run.</summary>
    /// <param name="restore">A DNS label, as the names in a recovery are.</param>
    public RunId OfRestore(string restore) => Part(restore);

    private RunId Part(string name) =>
        Whole is null
            ? Parse($"{text}.{name}")
            : throw new InvalidOperationException($"{text} is a part of a run, and has no parts itself");

    /// <summary>Reads an id strictly; nothing is repaired.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId id)
    {
        id = default;
        if (text is not { Length: >= OwnLength } || text[16] != '-' || text.AsSpan(17, 8).ContainsAnyExcept(LowerHex))
            return false;
        if (!DateTime.TryParseExact(text.AsSpan(0, 16), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return false;
        if (text.Length > OwnLength && (text[OwnLength] != '.' || !ClusterName.TryParse(text[(OwnLength + 1)..], out _)))
            return false;
        id = new(text);
        return true;
    }

    public static RunId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"'{text}' names no run");

    public override string ToString() => text;
}

public sealed class RunIdJson : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && RunId.TryParse(reader.GetString(), out var id)
            ? id
            : throw new JsonException("not a run's id");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
