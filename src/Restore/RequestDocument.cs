using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Machine.Faults;
using Holdfast.Manifests;

namespace Holdfast.Restore;

/// <summary>Reads what a person has written in a file, YAML or JSON. Pure.</summary>
internal static class RequestDocument
{
    /// <param name="what">Begins the messages: <c>the recovery</c>.</param>
    /// <exception cref="RestoreException">BadRequest: it isn't a document, or <paramref name="read"/> can't read it.</exception>
    public static T Read<T>(string what, string text, Func<JsonObject, T> read)
    {
        try
        {
            if (YamlJson.Read(text) is not JsonObject document)
                throw Bad(what, "it isn't a document with members");
            return WholeLists.Are(ManifestJson.Write(document))
                ? read(document)
                : throw Bad(what, "an item of a list in it is empty: write it out, or leave it out");
        }
        catch (JsonException e)
        {
            throw Bad(what, e.Path is { } path ? $"{path} isn't what is expected there, or isn't known" : e.Message);
        }
    }

    /// <summary>Before its members are read: those of a newer version may be unknown.</summary>
    /// <exception cref="RestoreException">BadRequest.</exception>
    public static void RequireVersion(string what, JsonObject document, int current)
    {
        if (document.Number("version") is { } version && version != current)
            throw Bad(what, $"it is of version {version}, and this program reads version {current}");
    }

    private static RestoreException Bad(string what, string why) => new(RestoreRefusal.BadRequest, $"{what} can't be used: {why}");
}
