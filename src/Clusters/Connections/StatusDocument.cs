using System.Text;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Connections;

/// <summary>The API server's description of a failure (<c>kind: Status</c>), or a proxy's shorter one.</summary>
/// <param name="Reason">Machine-readable: AlreadyExists, Conflict, Expired; null when it isn't a Status.</param>
/// <param name="Message">For a person; may quote values of the object that was sent.</param>
/// <param name="Continue">Of an expired list: the token that continues it at another revision.</param>
public sealed record StatusDocument(string? Reason, string? Message, string? Continue)
{
    private const int LongestForeignText = 200;

    /// <summary>Never fails: anything but a Status becomes the message, shortened.</summary>
    public static StatusDocument Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return ParseJson(body);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return new(null, Foreign(body), null);
        }
    }

    private static StatusDocument ParseJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return new(null, Foreign(body), null);
        return new(JsonText.Find(body, "reason"), JsonText.Find(body, "message"), JsonText.Find(body, "metadata", "continue"));
    }

    private static string? Foreign(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestForeignText)]).ReplaceLineEndings(" ").Trim();
        return text.Length == 0 ? null : text;
    }
}
