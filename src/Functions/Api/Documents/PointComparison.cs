using Holdfast.Archive.Format;
using Holdfast.Documents;

namespace Holdfast.Functions.Api.Documents;

/// <param name="Before">The earlier point.</param>
/// <param name="After">The later one.</param>
/// <param name="Notes">What was not compared, and why; complete on the last page.</param>
internal sealed record PointComparison(
    PointId Before,
    PointId After,
    IReadOnlyList<ChangeDocument> Items,
    IReadOnlyList<string> Notes,
    string? Continuation
);
