using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Errors;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Runs;

/// <summary>A document that this program keeps of a run in its user's folder.</summary>
internal static class KeptFile
{
    /// <param name="limit">In bytes.</param>
    /// <exception cref="UsageException">It isn't what was written.</exception>
    public static T Read<T>(string path, int limit, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.Read(path, limit), type) ?? throw new JsonException();
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            throw new UsageException($"{path} can't be read: it was changed or cut short. Plan again, and delete its folder");
        }
    }
}
