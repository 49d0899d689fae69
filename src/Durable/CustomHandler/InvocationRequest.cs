using System.Text.Json;

namespace Holdfast.Durable.CustomHandler;

/// <summary>
/// The body of an invocation as the Functions host posts it: <c>{"Data":{name: value},"Metadata":{...}}</c>. The host writes an object as an object and everything else as a string of JSON text, so most values
/// have to be parsed twice; both forms are taken, and names ignore case.
/// </summary>
/// <remarks>Orchestrations have a reader of their own, <see cref="OrchestrationPayload"/>: their bodies may be of many megabytes.</remarks>
public sealed class InvocationRequest : IDisposable
{
    private readonly JsonDocument body;

    private InvocationRequest(JsonDocument body) => this.body = body;

    /// <exception cref="InvocationFormatException"/>
    public static InvocationRequest Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
                return new(document);
            document.Dispose();
            throw new InvocationFormatException("The body of an invocation is a JSON object with Data and Metadata; this one is another kind of JSON.");
        }
        catch (JsonException fault)
        {
            throw new InvocationFormatException("The body of an invocation is a JSON object with Data and Metadata; this one is not JSON.", fault);
        }
    }

    /// <param name="binding">The name of the trigger's binding.</param>
    public ActivityCall Activity(string binding)
    {
        var input = Text(Find("Data", binding));
        return new(Once(Text(Find("Metadata", "instanceId"))) ?? "", InputOf(input));
    }

    public TimerTick Timer(string binding)
    {
        var timer = Value(binding);
        var status = Property(timer, "ScheduleStatus");
        return new(Property(timer, "IsPastDue") is { ValueKind: JsonValueKind.True }, Time(status, "Last"), Time(status, "Next"));
    }

    public DurableClientBinding DurableClient(string binding)
    {
        var client = Value(binding);
        return new(
            Text(Property(client, "taskHubName")), Text(Property(client, "connectionName")),
            Address(client, "rpcBaseUrl"), Address(client, "httpBaseUrl"), Text(Property(client, "requiredQueryStringParameters")));
    }

    public HttpCall Http(string binding)
    {
        var call = Value(binding);
        return new(
            Text(Property(call, "Method")) ?? "GET",
            Address(call, "Url") ?? throw new InvocationFormatException($"The HTTP request '{binding}' has no URL."),
            Strings(Property(call, "Query")), Headers(Property(call, "Headers")), Strings(Property(call, "Params")), Text(Property(call, "Body")));
    }

    /// <summary>The bytes of any binding's value as JSON, parsed as often as the host encoded it.</summary>
    /// <exception cref="InvocationFormatException">There is no such binding.</exception>
    public JsonElement Value(string binding)
    {
        var value = Find("Data", binding) ?? throw new InvocationFormatException($"The invocation has no value for the binding '{binding}'.");
        for (var layer = 0; layer < 2 && value.ValueKind is JsonValueKind.String && Parsed(value.GetString()!) is { } inner; layer++)
            value = inner;
        return value;
    }

    public void Dispose() => body.Dispose();

    /// <summary>No input at all comes as "null", the JSON null as "\"null\"".</summary>
    private static string? InputOf(string? text) => Once(text) is { } input && input != "null" ? input : null;

    /// <summary>The string that a string of JSON text holds; a text that holds no JSON string is taken as it is.</summary>
    private static string? Once(string? text) => text is null ? null : JsonPayload.StringContent(text) ?? text;

    private static JsonElement? Parsed(string text)
    {
        try
        {
            using var inner = JsonDocument.Parse(text);
            return inner.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static DateTimeOffset? Time(JsonElement? holder, string name) =>
        Property(holder, name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var time) && time > DateTimeOffset.UnixEpoch ? time : null;

    private static Uri? Address(JsonElement? holder, string name) => Uri.TryCreate(Text(Property(holder, name)), UriKind.Absolute, out var address) ? address : null;

    private static string? Text(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };

    private static Dictionary<string, string> Strings(JsonElement? map)
    {
        var strings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (map is { ValueKind: JsonValueKind.Object } properties)
            foreach (var property in properties.EnumerateObject())
                strings[property.Name] = Text(property.Value) ?? "";
        return strings;
    }

    private static Dictionary<string, string[]> Headers(JsonElement? map)
    {
        var headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        if (map is { ValueKind: JsonValueKind.Object } properties)
            foreach (var property in properties.EnumerateObject())
                headers[property.Name] = property.Value.ValueKind is JsonValueKind.Array ? [.. property.Value.EnumerateArray().Select(value => Text(value) ?? "")] : [Text(property.Value) ?? ""];
        return headers;
    }

    private JsonElement? Find(string part, string name) => Property(Property(body.RootElement, part), name);

    private static JsonElement? Property(JsonElement? holder, string name)
    {
        if (holder is not { ValueKind: JsonValueKind.Object } properties)
            return null;
        if (properties.TryGetProperty(name, out var value))
            return value;
        foreach (var property in properties.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        return null;
    }
}
