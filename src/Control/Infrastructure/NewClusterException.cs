using System.Collections.Immutable;

namespace Holdfast.Control.Infrastructure;

/// <summary>A cluster can't be made as it is asked for: the request has to be changed, trying again doesn't help.</summary>
/// <param name="subject">What can't be made.</param>
/// <param name="problems">All that is wrong, each with what to do; hold no secret.</param>
public sealed class NewClusterException(string subject, IReadOnlyCollection<string> problems)
    : Exception($"{subject}: {string.Join("; ", problems)}")
{
    public ImmutableArray<string> Problems { get; } = problems.Count > 1 ? [.. problems] : [];
}
