using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>What of a point is encrypted; each includes those before it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EncryptionScope>))]
public enum EncryptionScope
{
    /// <summary>The parts of Secrets.</summary>
    [JsonStringEnumMemberName("secrets")]
    Secrets,

    /// <summary>Every part, the inventory and the infrastructure.</summary>
    [JsonStringEnumMemberName("everything")]
    Everything,
}

/// <summary>The names by which people give an <see cref="EncryptionScope"/>.</summary>
public static class EncryptionScopes
{
    public static ImmutableArray<string> All { get; } = ["secrets", "everything"];

    /// <summary>For a message.</summary>
    public static string Names => string.Join(", ", All);

    public static string NameOf(EncryptionScope scope) => All[(int)scope];

    public static bool TryParse(string text, out EncryptionScope scope)
    {
        var index = All.IndexOf(text);
        scope = (EncryptionScope)Math.Max(index, 0);
        return index >= 0;
    }
}
