using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.CustomHandler;

/// <summary>A start of an orchestration that the host does after the invocation, through a <c>durableClient</c> output binding.</summary>
/// <param name="Input">JSON text; null: none.</param>
public sealed record OrchestrationStart(string Name, string InstanceId, string? Input);

/// <param name="ContentType">Null: none.</param>
public sealed record HttpAnswer(int StatusCode, string? Body, string? ContentType, IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>
/// Answers to the Functions host, to be sent with status 200 and content type <c>application/json</c>: <c>{"Outputs":{...},"Logs":[...],"ReturnValue":...}</c>. Never empty and never null, either of which
/// would leave the invocation hanging until its time-out.
/// </summary>
public static class InvocationAnswer
{
    public const string ContentType = "application/json";

    /// <summary>For an orchestration trigger. The function must not declare a <c>$return</c> binding: the host would decode the base64 and the extension would find nothing.</summary>
    public static byte[] Orchestration(OrchestratorResponse response, IEnumerable<string>? logs = null) =>
        Write(null, logs, json => json.WriteBase64String("ReturnValue", response.ToByteArray()));

    /// <summary>For an activity trigger: text in a string, which the host leaves as it is where it would print dates and floats anew.</summary>
    public static byte[] Activity(string answer, IEnumerable<string>? logs = null) => Write(null, logs, json => json.WriteString("ReturnValue", answer));

    /// <summary>For a function with nothing to say.</summary>
    public static byte[] Done(IEnumerable<string>? logs = null) => Write(null, logs, static json => json.WriteNull("ReturnValue"));

    /// <param name="starterBinding">The name of the <c>durableClient</c> output binding. It takes one start an invocation.</param>
    public static byte[] Started(string starterBinding, OrchestrationStart start, IEnumerable<string>? logs = null) =>
        Write(json => WriteStart(json, starterBinding, start), logs, static json => json.WriteNull("ReturnValue"));

    /// <param name="httpBinding">The name of the <c>http</c> output binding.</param>
    /// <param name="start">A start to go with it; null: none.</param>
    public static byte[] Http(string httpBinding, HttpAnswer answer, string? starterBinding = null, OrchestrationStart? start = null, IEnumerable<string>? logs = null) => Write(
        json =>
        {
            WriteHttp(json, httpBinding, answer);
            if (start is not null && starterBinding is not null)
                WriteStart(json, starterBinding, start);
        },
        logs,
        static json => json.WriteNull("ReturnValue"));

    private static byte[] Write(Action<Utf8JsonWriter>? outputs, IEnumerable<string>? logs, Action<Utf8JsonWriter> returnValue)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("Outputs");
            outputs?.Invoke(json);
            json.WriteEndObject();
            json.WriteStartArray("Logs");
            foreach (var line in logs ?? [])
                json.WriteStringValue(line);
            json.WriteEndArray();
            returnValue(json);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteStart(Utf8JsonWriter json, string binding, OrchestrationStart start)
    {
        json.WriteStartObject(binding);
        json.WriteString("FunctionName", start.Name);
        json.WriteString("InstanceId", start.InstanceId);
        if (start.Input is { } input)
        {
            json.WritePropertyName("Input");
            json.WriteRawValue(JsonPayload.Seal(input));
        }
        json.WriteEndObject();
    }

    private static void WriteHttp(Utf8JsonWriter json, string binding, HttpAnswer answer)
    {
        json.WriteStartObject(binding);
        json.WriteNumber("statusCode", answer.StatusCode);
        if (answer.Body is { } body)
            json.WriteString("body", body);
        json.WriteStartObject("headers");
        if (answer.ContentType is { } type)
            json.WriteString("Content-Type", type);
        foreach (var (name, value) in answer.Headers ?? new Dictionary<string, string>())
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
