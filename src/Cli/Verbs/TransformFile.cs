using System.Collections.Immutable;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Restore;
using Holdfast.Restore.Transforms;

namespace Holdfast.Cli.Verbs;

/// <summary>A person's file of transforms.</summary>
internal static class TransformFile
{
    /// <exception cref="UsageException">It can't be read or used: all that is wrong, with the file's name.</exception>
    public static ImmutableArray<Transform> Read(string file)
    {
        var text = PersonsFile.ReadText("the transforms", file, TransformDocument.Longest);
        try
        {
            return TransformDocument.Read(text);
        }
        catch (RestoreException e)
        {
            var problems = e.Problems.IsEmpty ? [e.Message] : e.Problems;
            throw new UsageException([.. problems.Select(problem => $"{file}: {problem}")]);
        }
    }
}
