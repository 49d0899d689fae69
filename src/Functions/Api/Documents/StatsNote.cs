using Holdfast.Documents;

namespace Holdfast.Functions.Api.Documents;

/// <summary>Figures of a cluster's points, and when they were added up.</summary>
/// <param name="Identity">Of the points that were counted.</param>
internal sealed record StatsNote(string Identity, DateTimeOffset At, StatsDocument Document);
