using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Machine.Faults;

namespace Holdfast.Archive.Format.Documents;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeJson)]
)]
[JsonSerializable(typeof(VaultMarker))]
[JsonSerializable(typeof(Seal))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(InfrastructureProfile))]
[JsonSerializable(typeof(PointExpiry))]
[JsonSerializable(typeof(PointHold))]
[JsonSerializable(typeof(Takeover))]
[JsonSerializable(typeof(TakeoverReturn))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(EncryptedInventory))]
[JsonSerializable(typeof(EncryptedInfrastructure))]
internal sealed partial class VaultJson : JsonSerializerContext;

/// <summary>
/// The one JSON form of our documents: compact, members in declared order, absent when null, nothing escaped that JSON doesn't require.
/// Equal values give equal bytes, and every document starts with <c>{"format":"NAME","version":N</c>, so that a reader knows what it holds
/// before it parses. Specified in docs/format.md, "Documents".
/// </summary>
internal static class VaultDocument
{
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static byte[] Write<T>(T document, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            JsonSerializer.Serialize(writer, document, type);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="ArchiveException">Malformed, or NewerVersion, with the <paramref name="path"/>.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string format, int currentVersion, string path)
        where T : class
    {
        CheckHeader(json, format, currentVersion, path);
        try
        {
            var read = JsonSerializer.Deserialize(json, type) ?? throw Malformed(path, "it is null", null);
            // of a profile, the models are a cloud's, which may have any content
            return read is InfrastructureProfile || WholeLists.Are(json) ? read : throw Malformed(path, "a list has a null in it", null);
        }
        catch (JsonException e)
        {
            throw Malformed(path, $"member {e.Path ?? "$"} is missing, unknown, repeated or of the wrong form", e);
        }
    }

    public static ArchiveException Malformed(string path, string what, Exception? inner) =>
        new(
            ArchiveFailure.Malformed,
            $"{path} isn't in the archive's format: {what}. Nothing of it was used; run 'holdfast verify' to list all damage",
            inner
        );

    /// <summary>The version that a document's first bytes give; null: they aren't those of such a document.</summary>
    public static int? VersionOf(ReadOnlySpan<byte> beginning, string format)
    {
        var start = Encoding.UTF8.GetBytes($$"""{"format":"{{format}}","version":""");
        return beginning.StartsWith(start) && Utf8Parser.TryParse(beginning[start.Length..], out int version, out _) ? version : null;
    }

    private static void CheckHeader(ReadOnlySpan<byte> json, string format, int currentVersion, string path)
    {
        if (VersionOf(json, format) is not ({ } version and > 0))
            throw Malformed(path, $"it doesn't begin as a '{format}' document does", null);
        if (version > currentVersion)
            throw new ArchiveException(
                ArchiveFailure.NewerVersion,
                $"{path} is '{format}' version {version}; this program reads up to {currentVersion}. Use a newer holdfast"
            );
    }
}
