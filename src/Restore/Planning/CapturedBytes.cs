using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Planning;

/// <summary>Compares manifests of one type byte for byte, but for the type that listed items leave out. Immutable.</summary>
internal sealed class CapturedBytes(ResourceType type)
{
    private readonly byte[] typeMeta = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{type.ApiVersion}\",\"kind\":\"{type.Kind}\",");

    public bool Are(ReadOnlySpan<byte> captured, ReadOnlySpan<byte> live) =>
        captured.SequenceEqual(live)
        || (
            captured.Length == live.Length + typeMeta.Length - 1
            && captured.StartsWith(typeMeta)
            && captured[typeMeta.Length..].SequenceEqual(live[1..])
        );
}
