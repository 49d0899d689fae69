using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Registration;

/// <summary>
/// The id of a resource in a resource group of Azure: <c>/subscriptions/GUID/resourceGroups/GROUP/providers/NAMESPACE/TYPE/NAME</c>, with
/// further pairs of type and name for a child. Kept as it was written; compared without regard to case, as Azure does.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules</remarks>
[JsonConverter(typeof(AzureResourceIdJson))]
public sealed class AzureResourceId : IEquatable<AzureResourceId>
{
    private const int Longest = 1024;
    private readonly string[] segments;

    private AzureResourceId(string[] segments) => this.segments = segments;

    public string Subscription => segments[2];

    public string ResourceGroup => segments[4];

    /// <summary>With its namespace: <c>Microsoft.ContainerService/managedClusters/agentPools</c>.</summary>
    public string Type => string.Join('/', segments[6..].Where((_, i) => i == 0 || i % 2 == 1));

    /// <summary>Its own, without those of its parents.</summary>
    public string Name => segments[^1];

    /// <summary>The part before <c>/providers</c>.</summary>
    public string GroupPath => string.Join('/', segments[..5]);

    public bool IsOf(string type) => string.Equals(Type, type, StringComparison.OrdinalIgnoreCase);

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AzureResourceId? id)
    {
        id = null;
        if (text is not { Length: > 0 and <= Longest } || text[0] != '/')
            return false;
        var parts = text.Split('/');
        if (parts.Length < 9 || parts.Length % 2 == 0 || !parts[1..].All(IsPlain))
            return false;
        if (!Is(parts[1], "subscriptions") || !Is(parts[3], "resourceGroups") || !Is(parts[5], "providers"))
            return false;
        if (!Guid.TryParseExact(parts[2], "D", out _))
            return false;
        id = new(parts);
        return true;
    }

    public static AzureResourceId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' isn't the id of an Azure resource");

    public bool Equals(AzureResourceId? other) => string.Equals(ToString(), other?.ToString(), StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as AzureResourceId);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    public override string ToString() => string.Join('/', segments);

    private static bool Is(string segment, string name) => string.Equals(segment, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Nothing that would have another meaning in a URL.</summary>
    private static bool IsPlain(string segment) =>
        segment.Length > 0 && segment is not ("." or "..") && segment.All(c => char.IsAsciiLetterOrDigit(c) || "-_.()".Contains(c));
}

public sealed class AzureResourceIdJson : JsonConverter<AzureResourceId>
{
    public override AzureResourceId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && AzureResourceId.TryParse(reader.GetString(), out var id)
            ? id
            : throw new JsonException("not the id of an Azure resource");

    public override void Write(Utf8JsonWriter writer, AzureResourceId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
