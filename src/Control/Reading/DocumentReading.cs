using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Control.Reading;

/// <summary>What came of reading a control document: the document, or everything that is wrong with it.</summary>
/// <param name="Document">Set exactly when there is no problem.</param>
/// <param name="Problems">All of them, in the order in which the document has its members.</param>
public sealed record DocumentReading<T>(T? Document, ImmutableArray<DocumentProblem> Problems)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Document))]
    public bool IsValid => Document is not null;
}
