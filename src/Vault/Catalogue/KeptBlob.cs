using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Vault.Catalogue;

/// <summary>What was read from a vault and never changes there.</summary>
/// <param name="Path">In the vault.</param>
/// <param name="Identity">Equal as long as the vault's listing, or a seal, says that the bytes are the same.</param>
internal sealed record KeptBlob(string Path, string Identity, byte[] Content);

/// <summary>One document of the cache.</summary>
internal sealed record KeptChunk(int Version, ImmutableArray<KeptBlob> Blobs)
{
    public const int CurrentVersion = 1;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptChunk))]
[JsonSerializable(typeof(PointContents))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
