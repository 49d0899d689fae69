using Holdfast.Functions.Health;

namespace Holdfast.Functions.Api.Documents;

/// <summary>Whether the app works, and what a person should look at.</summary>
internal sealed record HealthDocument(bool Works, IReadOnlyList<HealthCheck> Checks)
{
    /// <summary>What a person should look at; none of it stops the app from answering.</summary>
    public IReadOnlyList<HealthWarning>? Warnings { get; init; }
}
