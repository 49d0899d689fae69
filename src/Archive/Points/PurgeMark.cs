using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Archive.Points;

/// <summary>The content of a purge's mark: <c>{"format":"holdfast-purge","version":1,"seconds":240}</c>.</summary>
internal static class PurgeMark
{
    public static byte[] ToBytes(TimeSpan limit) =>
        Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"format":"holdfast-purge","version":1,"seconds":{{(long)Math.Ceiling(limit.TotalSeconds)}}}"""
            )
        );

    /// <summary>For how long its purge deletes at most; what doesn't say, or not plausibly, is taken for the longest.</summary>
    public static TimeSpan LimitOf(ReadOnlyMemory<byte> content, TimeSpan longest)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("seconds", out var said)
                && said.ValueKind == JsonValueKind.Number
                && said.TryGetInt64(out var seconds)
                && seconds >= 0
                && seconds <= longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : longest;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return longest;
        }
    }
}
