using System.Collections.Immutable;
using Holdfast.Documents;

namespace Holdfast.Functions.Api.Documents;

/// <summary>A page of recovery points.</summary>
/// <param name="Continuation">The <c>continuation</c> of the next page; null: this is the last.</param>
internal sealed record PointPage(IReadOnlyList<PointDocument> Items, string? Continuation)
{
    /// <summary>What is wrong with the clusters' chains of seals, for a person; null: nothing is.</summary>
    public ImmutableArray<string>? Faults { get; init; }
}
