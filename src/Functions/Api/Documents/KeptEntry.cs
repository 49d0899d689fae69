using System.Collections.Immutable;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Api.Documents;

/// <param name="ETag">For the next edit.</param>
/// <param name="Document">Null: it was edited into something that can't be used.</param>
/// <param name="Errors">Why it can't.</param>
internal sealed record KeptEntry<T>(string Name, string ETag, T? Document, ImmutableArray<ProblemError>? Errors)
    where T : class;
