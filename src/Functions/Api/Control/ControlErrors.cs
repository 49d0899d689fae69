using System.Collections.Immutable;
using Holdfast.Control.Reading;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Api.Control;

/// <summary>Everything that is wrong with a document, as a problem document says it.</summary>
internal static class ControlErrors
{
    /// <exception cref="ProblemException">The document is not valid: with all that is wrong.</exception>
    public static T Require<T>(DocumentReading<T> reading)
        where T : class =>
        reading.Document
        ?? throw new ProblemException(
            Problem.Invalid(
                $"the document has {reading.Problems.Length} {(reading.Problems.Length == 1 ? "mistake" : "mistakes")}",
                Errors(reading.Problems)
            )
        );

    public static ImmutableArray<ProblemError> Errors(ImmutableArray<DocumentProblem> problems) =>
        [.. problems.Select(p => new ProblemError(JsonPlaces.Pointer(p.Path), $"{p.What}: {p.Why}. {p.Instead}"))];
}
