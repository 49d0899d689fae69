using System.Collections.Immutable;
using Holdfast.Cli.Errors;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Transforms;

namespace Holdfast.Cli.Verbs;

/// <summary>A person's file of transforms.</summary>
internal static class TransformFile
{
    /// <exception cref="UsageException">It can't be read or used: all that is wrong, with the file's name.</exception>
    public static ImmutableArray<Transform> Read(string file)
    {
        string text;
        try
        {
            text = RegularFile.ReadText(file, TransformDocument.Longest);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e) || e is UnauthorizedAccessException)
        {
            throw new UsageException($"{file} can't be read: {e.Message}");
        }
        try
        {
            return TransformDocument.Read(text);
        }
        catch (RestoreException e)
        {
            var problems = e.Problems.IsEmpty ? [e.Message] : e.Problems;
            throw new UsageException(string.Join("\n", problems.Select(problem => $"{file}: {problem}")));
        }
    }
}
