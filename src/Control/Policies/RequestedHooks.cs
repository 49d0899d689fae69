using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Control.Reading;

namespace Holdfast.Control.Policies;

/// <summary>Hooks that a single capture is asked for with, as a policy writes them: <c>{ "version": 1, "hooks": [...] }</c>.</summary>
public sealed record RequestedHooks(ImmutableArray<PolicyHook> Hooks)
{
    private const int CurrentVersion = 1;

    /// <summary>Reads and validates whole: all that is wrong, at once.</summary>
    public static DocumentReading<RequestedHooks> Read(ReadOnlyMemory<byte> json) => DocumentText.Read(json, CurrentVersion, Read);

    /// <summary>The value of <c>hooks</c> alone, as a request of the API has it.</summary>
    public static DocumentReading<RequestedHooks> Read(JsonElement hooks) =>
        Read(Encoding.UTF8.GetBytes($$"""{"version":{{CurrentVersion}},"hooks":{{hooks.GetRawText()}}}"""));

    private static RequestedHooks? Read(DocumentSection root, string? schema)
    {
        if (HookReader.Read(root) is { } hooks)
            return new([.. hooks.Select(h => h with { OfRequest = true })]);
        root.Problem("hooks", "is missing", "it is what runs", "Write them as in a policy");
        return null;
    }
}
