using Holdfast.Cli.Errors;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Connections;

/// <summary>A file that a person names in an option or a variable.</summary>
internal static class PersonsFile
{
    /// <param name="what">For the message: the option or the variable.</param>
    /// <param name="limit">In bytes.</param>
    /// <exception cref="UsageException">It can't be read, or is longer.</exception>
    public static byte[] Read(string what, string file, int limit) => Read(what, file, () => RegularFile.Read(file, limit));

    /// <inheritdoc cref="Read(string, string, int)"/>
    public static string ReadText(string what, string file, int limit) => Read(what, file, () => RegularFile.ReadText(file, limit));

    private static T Read<T>(string what, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            throw new UsageException($"{what} {file} can't be read: {e.Message}");
        }
    }
}
