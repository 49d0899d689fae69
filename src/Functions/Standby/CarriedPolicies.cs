using System.Collections.Immutable;
using Holdfast.Archive.Points;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;

namespace Holdfast.Functions.Standby;

/// <summary>Policies as a vault's points carry them: of one that several clusters' points carry, the newest counts.</summary>
internal sealed class CarriedPolicies
{
    private readonly SortedDictionary<string, (ProtectionPolicy Policy, SealedPoint Point)> policies = new(StringComparer.Ordinal);

    /// <summary>In order of name.</summary>
    public ImmutableArray<ProtectionPolicy> All => [.. policies.Values.Select(p => p.Policy)];

    /// <param name="problems">Receives why it can't be used.</param>
    public void Take(DocumentReading<ProtectionPolicy> reading, SealedPoint point, ImmutableArray<string>.Builder problems)
    {
        if (reading.Document is not { } policy)
            problems.Add($"the policy in {point.Id} of '{point.Seal.Cluster}' can't be used here: {reading.Problems[0]}");
        else if (!policies.TryGetValue($"{policy.Name}", out var known) || known.Point.Seal.PinnedAt < point.Seal.PinnedAt)
            policies[$"{policy.Name}"] = (policy, point);
    }

    /// <summary>For a person: those without a point since then. A vault doesn't say which of its policies were deleted.</summary>
    public IEnumerable<string> Unused(DateTimeOffset since) =>
        policies
            .Values.Where(p => p.Point.Seal.PinnedAt < since)
            .Select(p =>
                $"policy '{p.Policy.Name}' has no point since {p.Point.Seal.PinnedAt:u} ({p.Point.Id} of '{p.Point.Seal.Cluster}'): if it "
                + "was deleted in the first region, delete it here, too, after the takeover"
            );
}
