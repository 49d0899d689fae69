using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Holdfast.Durable.Activities;

/// <summary>
/// How an activity's outcome travels, in every engine: <c>{"$ok":RESULT}</c> or <c>{"$failed":{"type","message","transient","inner"?}}</c>. A failure is a result to the engine, because a failed
/// invocation would lose type, message and whether trying again may help. Results that no envelope holds, and engines that put the text into a JSON string, are understood.
/// </summary>
internal static class ActivityEnvelope
{
    private const string OkPrefix = "{\"$ok\":";
    private const string FailedPrefix = "{\"$failed\":";

    public static string Completed(string result) => $"{OkPrefix}{result}}}";

    public static string Failed(TaskFailureDetails failure)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WritePropertyName("$failed");
            Write(json, failure);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The result as JSON text (null: none), or how it failed.</summary>
    public static (string? Result, TaskFailureDetails? Failure) Open(string? text)
    {
        if (text is null)
            return (null, null);
        var envelope = text.StartsWith("\"{", StringComparison.Ordinal) && JsonPayload.StringContent(text) is { } content && IsEnvelope(content) ? content : text;
        if (envelope.StartsWith(OkPrefix, StringComparison.Ordinal))
            return (envelope[OkPrefix.Length..^1], null);
        if (!envelope.StartsWith(FailedPrefix, StringComparison.Ordinal))
            return (text, null);
        using var document = JsonDocument.Parse(envelope);
        return (null, Read(document.RootElement.GetProperty("$failed"), depth: 0));
    }

    private static bool IsEnvelope(string text) => text.StartsWith(OkPrefix, StringComparison.Ordinal) || text.StartsWith(FailedPrefix, StringComparison.Ordinal);

    private static void Write(Utf8JsonWriter json, TaskFailureDetails failure)
    {
        json.WriteStartObject();
        json.WriteString("type", failure.ErrorType);
        json.WriteString("message", failure.ErrorMessage);
        json.WriteBoolean("transient", !failure.IsNonRetriable);
        if (failure.InnerFailure is { } inner)
        {
            json.WritePropertyName("inner");
            Write(json, inner);
        }
        json.WriteEndObject();
    }

    private static TaskFailureDetails Read(JsonElement json, int depth) => new(
        json.GetProperty("type").GetString() ?? "",
        json.GetProperty("message").GetString() ?? "",
        !json.GetProperty("transient").GetBoolean(),
        depth < 16 && json.TryGetProperty("inner", out var inner) ? Read(inner, depth + 1) : null);
}
