using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Host;

/// <summary>What a Functions host makes of a handler's answers, with what it would refuse, lose or change as failed assertions.</summary>
internal static class HostAnswers
{
    /// <exception cref="InvocationFailedException">The function failed, for a host.</exception>
    public static async Task<JsonObject> TakeAsync(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            throw new InvocationFailedException($"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(text.Length > 0 && text != "null", "a host would wait for ever");
        var answer = JsonNode.Parse(text)!.AsObject();
        Survives(answer);
        return answer;
    }

    /// <summary>Outputs that function.json doesn't declare are dropped.</summary>
    public static void Declared(JsonObject answer, HostedApp app, string function)
    {
        if (answer["Outputs"] is not JsonObject outputs)
            return;
        var declared = app.Names(function, "out");
        foreach (var name in outputs.Select(o => o.Key).Except(declared).ToArray())
            outputs.Remove(name);
        if (outputs["res"] is { } http)
            Sendable(http.AsObject());
        if (outputs["starter"] is { } start)
            Assert.IsType<JsonObject>(start);
    }

    /// <summary>The host parses an answer and prints it anew: a string that looks like a time comes out as another, and so does a fraction.</summary>
    private static void Survives(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                foreach (var (_, value) in properties)
                    Survives(value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Survives(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Assert.False(IsTime((string)value!), $"a host would print {value} anew");
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                Assert.True(long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _), $"a host would print {value} anew");
                break;
        }
    }

    /// <summary>By the rule of the host's JSON reader.</summary>
    private static bool IsTime(string text) =>
        text.StartsWith("/Date(", StringComparison.Ordinal)
        || (text.Length is >= 19 and <= 40 && char.IsAsciiDigit(text[0]) && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _));

    private static void Sendable(JsonObject http)
    {
        var status = (int)http["statusCode"]!;
        var body = (string?)http["body"];
        var headers = http["headers"]!.AsObject();
        Assert.InRange(status, 200, 599);
        Assert.All(headers, header => Assert.False(string.IsNullOrEmpty((string?)header.Value), header.Key));
        Assert.DoesNotContain(headers, header => header.Key is "Content-Length" or "Transfer-Encoding" or "Connection");
        if (status is 204 or 304)
            Assert.True(string.IsNullOrEmpty(body), $"a host can't send a body with {status}");
        if (!string.IsNullOrEmpty(body))
            Assert.True(MediaTypeHeaderValue.TryParse((string?)headers["Content-Type"], out _), "a host would send it as plain text");
    }
}
