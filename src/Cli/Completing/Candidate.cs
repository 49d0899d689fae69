using System.Buffers;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Completing;

/// <summary>What a shell may put in the place of the word that is typed.</summary>
/// <param name="Description">Null: there is none.</param>
internal sealed record Candidate(string Value, string? Description = null)
{
    /// <summary>What shells give a meaning.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(" \t'\"`$\\;&|<>(){}*?!~#");

    /// <summary>The shell completes names of files itself.</summary>
    public static readonly Candidate Files = new(":files");

    /// <summary>The shell completes names of folders itself.</summary>
    public static readonly Candidate Folders = new(":folders");

    /// <summary>It says what the shell is to complete, and is no value itself.</summary>
    public bool IsDirective => Value[0] == ':';

    /// <summary>As the scripts read it. Null: a name from a cluster or a vault that no shell should be given.</summary>
    public string? Line =>
        Value.Length == 0 || Value != Printable.Of(Value) || Value.AsSpan().ContainsAny(Special) ? null
        : Description is null ? Value
        : $"{Value}\t{Printable.Of(Description)}";
}
