using System.Buffers.Text;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.CustomHandler;

/// <summary>
/// The orchestration trigger's body: <c>{"Data":{"context":"\"BASE64\""}}</c>, base64 of an <see cref="OrchestratorRequest"/>. The whole history comes with each episode, so it is decoded where it lies, without
/// a string in between.
/// </summary>
public static class OrchestrationPayload
{
    /// <exception cref="InvocationFormatException">No JSON, no such binding, no base64, or no such message.</exception>
    public static OrchestratorRequest Decode(ReadOnlySpan<byte> body, string binding)
    {
        try
        {
            return OrchestratorRequest.Parser.ParseFrom(Bytes(body, binding).Span);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new InvocationFormatException($"The orchestration trigger '{binding}' holds no history that can be read: {fault.Message}", fault);
        }
    }

    private static ReadOnlyMemory<byte> Bytes(ReadOnlySpan<byte> body, string binding)
    {
        var json = new Utf8JsonReader(body);
        json.Read();
        if (!Enter(ref json, "Data") || !Enter(ref json, binding) || json.TokenType is not JsonTokenType.String)
            throw new InvocationFormatException($"The invocation has no string for the binding '{binding}'.");
        return Plain(json.ValueSpan) ?? Convert.FromBase64String(Unquoted(json.GetString()!));
    }

    /// <summary>Moves to the value of a property of the object that the reader is at.</summary>
    private static bool Enter(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType is not JsonTokenType.StartObject)
            return false;
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = json.ValueTextEquals(name) || string.Equals(json.GetString(), name, StringComparison.OrdinalIgnoreCase);
            json.Read();
            if (isIt)
                return true;
            json.Skip();
        }
        return false;
    }

    /// <summary>The usual case, <c>\"BASE64\"</c> with nothing escaped inside; null if it is another.</summary>
    private static ReadOnlyMemory<byte>? Plain(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Length < 4 || !escaped.StartsWith("\\\""u8) || !escaped.EndsWith("\\\""u8))
            return null;
        var text = escaped[2..^2];
        if (text.Contains((byte)'\\'))
            return null;
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) is System.Buffers.OperationStatus.Done
            ? bytes.AsMemory(0, written)
            : throw new FormatException("the text is not base64");
    }

    private static string Unquoted(string text) => JsonPayload.StringContent(text) ?? text;
}
