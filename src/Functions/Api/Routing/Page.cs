using Holdfast.Control;

namespace Holdfast.Functions.Api.Routing;

/// <summary>A page of a listing.</summary>
/// <param name="Continuation">The <c>continuation</c> of the next page; null: this is the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Continuation)
{
    /// <summary>Documents that belong among these items and can't be used; null: there are none.</summary>
    public IReadOnlyList<UnusableDocument>? Unusable { get; init; }
}
