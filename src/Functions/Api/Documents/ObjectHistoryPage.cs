using System.Collections.Immutable;
using Holdfast.Documents;

namespace Holdfast.Functions.Api.Documents;

/// <summary>A part of the history of objects, as some points in a row show it.</summary>
/// <param name="Items">
/// Their versions that begin at these points, by object; one that began before isn't repeated. <c>last</c> and <c>points</c> are of these
/// points only.
/// </param>
/// <param name="Notes">Points that were passed over and what wasn't compared, with the reasons.</param>
/// <param name="Continuation">The <c>continuation</c> of the next page; null: this is the last.</param>
internal sealed record ObjectHistoryPage(IReadOnlyList<ObjectVersionDocument> Items, ImmutableArray<string> Notes, string? Continuation);
