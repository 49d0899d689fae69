using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Registration;

/// <summary>
/// The id of a resource group of Azure: <c>/subscriptions/GUID/resourceGroups/GROUP</c>. Kept as it was written; compared without regard to
/// case, as Azure does.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules</remarks>
[JsonConverter(typeof(AzureGroupIdJson))]
public sealed class AzureGroupId : IEquatable<AzureGroupId>
{
    private const string Compute = "Microsoft.Compute";

    private readonly string path;

    private AzureGroupId(string path) => this.path = path;

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AzureGroupId? id)
    {
        // a group's id is what is before the provider of each resource in it
        var isOne = text is not null && text.Count('/') == 4 && AzureResourceId.TryParse($"{text}/providers/{Compute}/disks/x", out _);
        id = isOne ? new(text!) : null;
        return isOne;
    }

    public static AzureGroupId Of(AzureResourceId resource) => new(resource.GroupPath);

    /// <param name="type">With its namespace: <c>Microsoft.Compute/snapshots</c>.</param>
    public AzureResourceId Resource(string type, string name) => AzureResourceId.Parse($"{path}/providers/{type}/{name}");

    public bool Equals(AzureGroupId? other) => string.Equals(path, other?.path, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as AzureGroupId);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(path);

    public override string ToString() => path;
}

public sealed class AzureGroupIdJson : JsonConverter<AzureGroupId>
{
    public override AzureGroupId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && AzureGroupId.TryParse(reader.GetString(), out var id)
            ? id
            : throw new JsonException("not the id of a resource group of Azure");

    public override void Write(Utf8JsonWriter writer, AzureGroupId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
