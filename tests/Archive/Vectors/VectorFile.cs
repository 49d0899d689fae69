using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>A scenario as tests/vectors/archive/NAME.json has it: for readers in any language.</summary>
internal sealed record VectorFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Comment { get; init; }
    public required string Cluster { get; init; }
    public required string Point { get; init; }

    /// <summary>What the reader has to open the vault's data keys with; absent: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Passphrase { get; init; }

    /// <summary>How opening the point must fail; null: it must open.</summary>
    public required string? OpenFails { get; init; }

    /// <summary>By segment: how reading it must fail; null: it must read. Empty when the point doesn't open.</summary>
    public required SortedDictionary<string, string?> ReadFails { get; init; }

    /// <summary>How reading the infrastructure must fail; absent: it must read, where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InfrastructureFails { get; init; }

    /// <summary>All that a reader may have released at the end, in order.</summary>
    public required string[] Released { get; init; }

    /// <summary>Kind and path of what verification must find, in order.</summary>
    public required string[] Findings { get; init; }

    /// <summary>The vault: path to content.</summary>
    public required SortedDictionary<string, byte[]> Blobs { get; init; }

    public static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "vectors", "archive"));

    public static VectorFile Of(ArchiveVector vector)
    {
        var files = vector.Draft.Build();
        var strange = vector.Name == "valid-strange-namespace" ? "configmaps in ../../\u00e4 \"x\"" : "configmaps in shop";
        var reads = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        if (vector.Open is null)
            (reads[strange], reads["secrets in shop"]) = (
                vector.Read?.ToString(),
                (vector.ReadAll ? vector.Read : vector.ReadSecrets)?.ToString()
            );
        return new()
        {
            Comment = vector.Comment,
            Cluster = VaultDraft.Cluster.ToString(),
            Point = files.Point.ToString(),
            Passphrase = vector.Draft.Encryption?.Given,
            OpenFails = vector.Open?.ToString(),
            ReadFails = reads,
            InfrastructureFails = vector.Infrastructure?.ToString(),
            Released = [.. reads.Values.Zip(vector.Draft.Manifests).Where(r => r.First is null).SelectMany(r => r.Second)],
            Findings =
            [
                .. vector.Findings.Select(f =>
                    f.Replace("PACK", files.Pack, StringComparison.Ordinal)
                        .Replace("OTHER", files.Packs[^1], StringComparison.Ordinal)
                        .Replace("INVENTORY", files.Inventory, StringComparison.Ordinal)
                        .Replace("INFRASTRUCTURE", files.Infrastructure, StringComparison.Ordinal)
                        .Replace("EXPIRED", files.Expired, StringComparison.Ordinal)
                        .Replace("SEAL", files.Seal, StringComparison.Ordinal)
                ),
            ],
            Blobs = files.Blobs,
        };
    }

    public static VectorFile Read(string name) =>
        JsonSerializer.Deserialize<VectorFile>(File.ReadAllText(Path.Combine(Folder(), name)), Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    public IBlobStore ToStore()
    {
        var store = new MemoryStore(versions: false);
        foreach (var (path, content) in Blobs)
            store.Overwrite(path, content);
        return Passphrase is null ? store : new KeyedVault(store, [PassphraseWrap.Of(Passphrase)]);
    }

    public PointId Id() => PointId.TryParse(Point, out var id) ? id : throw new FormatException(Point);
}
