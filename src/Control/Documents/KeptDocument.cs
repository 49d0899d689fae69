using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Holdfast.Control.Reading;

namespace Holdfast.Control.Documents;

/// <summary>
/// A document as it is kept. One that was edited into something invalid is reported as such; all others can still be read.
/// </summary>
/// <param name="Name">By its path.</param>
/// <param name="ETag">For the next edit.</param>
/// <param name="Document">Null exactly when there are <paramref name="Problems"/>.</param>
public sealed record KeptDocument<T>(string Name, string Path, string ETag, T? Document, ImmutableArray<DocumentProblem> Problems)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Document))]
    public bool IsValid => Document is not null;

    /// <summary>What is wrong with it, in one text; empty when nothing is.</summary>
    public string Trouble =>
        IsValid
            ? ""
            : $"The control document {Path} can't be used, for {Problems.Length} reason{(Problems.Length == 1 ? "" : "s")}:\n  "
                + $"{string.Join("\n  ", Problems)}";
}

/// <param name="After">What to give to get the next page; null: this was the last.</param>
public sealed record DocumentPage<T>(ImmutableArray<T> Items, string? After);
