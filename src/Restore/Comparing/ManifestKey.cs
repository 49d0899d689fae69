using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Comparing;

/// <summary>Reads an object's place in the order of keys off its bytes: comparing passes over many objects that need no more.</summary>
public static class ManifestKey
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = FormatLimits.ManifestDepth };

    /// <returns>Empty: there is no name in it, or it can't be read.</returns>
    public static string Of(ReadOnlySpan<byte> manifest)
    {
        try
        {
            return Read(manifest);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return "";
        }
    }

    private static string Read(ReadOnlySpan<byte> manifest)
    {
        var reader = new Utf8JsonReader(manifest, Deep);
        string? ns = null,
            name = null;
        if (!Enter(ref reader, "metadata"u8))
            return "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals("name"u8);
            var isNamespace = reader.ValueTextEquals("namespace"u8);
            reader.Read();
            if (isName)
                name = reader.GetString();
            else if (isNamespace)
                ns = reader.GetString();
            else
                reader.Skip();
        }
        return LiveObjects.KeyOf(ns, name ?? "");
    }

    /// <summary>Goes into the object of this name at the top.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> property)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(property);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }
        return false;
    }
}
