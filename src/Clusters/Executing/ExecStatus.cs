using System.Globalization;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Executing;

/// <summary>The Status on an exec websocket's error channel, sent once when the command has ended or couldn't be started.</summary>
/// <remarks>Source: k8s.io/apimachinery/pkg/util/remotecommand/constants.go and k8s.io/client-go/tools/remotecommand/v4.go.</remarks>
/// <param name="ExitCode">0 on success; null: the command has no exit code, and <paramref name="Error"/> says why.</param>
internal sealed record ExecStatus(int? ExitCode, string? Error)
{
    /// <summary>False: the bytes aren't a whole Status, or not yet.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out ExecStatus status)
    {
        status = new(null, null);
        if (json.IsEmpty)
            return false;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || Text(root, "status") is not { } outcome)
                return false;
            status = outcome == "Success" ? new(0, null) : OfFailure(root);
            return true;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return false;
        }
    }

    private static ExecStatus OfFailure(JsonElement root)
    {
        var reason = Text(root, "reason");
        if (reason == "NonZeroExitCode" && ExitCodeOf(root) is { } code)
            return new(code, null);
        return new(null, Text(root, "message") ?? reason ?? "the server gives no reason");
    }

    private static int? ExitCodeOf(JsonElement root)
    {
        if (
            !root.TryGetProperty("details", out var details)
            || details.ValueKind != JsonValueKind.Object
            || !details.TryGetProperty("causes", out var causes)
            || causes.ValueKind != JsonValueKind.Array
        )
            return null;
        foreach (var cause in causes.EnumerateArray())
        {
            if (
                cause.ValueKind == JsonValueKind.Object
                && Text(cause, "reason") == "ExitCode"
                && int.TryParse(Text(cause, "message"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            )
                return code;
        }
        return null;
    }

    private static string? Text(JsonElement of, string member) =>
        of.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
