using System.Collections.Immutable;
using Holdfast.Control;
using Holdfast.Control.Policies;

namespace Holdfast.Vault.Retention;

/// <summary>Which points of one policy stay, and where the clock hangs that their hours and days are read from.</summary>
/// <param name="Zone">Of the policy's schedule.</param>
public sealed record RetentionTerm(RetentionRule Rule, TimeZoneInfo Zone);

/// <summary>What applies to whose points. Points of other policies, and of people where nothing applies to them, all stay.</summary>
/// <param name="Policies">By policy.</param>
/// <param name="ByHand">Of points that no policy asked for; null: they stay.</param>
public sealed record RetentionTerms(ImmutableDictionary<PolicyName, RetentionTerm> Policies, RetentionTerm? ByHand)
{
    public static RetentionTerms None { get; } = new(ImmutableDictionary<PolicyName, RetentionTerm>.Empty, null);

    /// <summary>The policy's own rule; null: it has none.</summary>
    /// <exception cref="ArgumentException">Its time zone isn't known on this machine.</exception>
    public static RetentionTerm? Of(ProtectionPolicy policy) =>
        policy.Retention is { } rule ? new(rule, TimeZones.Find(policy.Schedule.TimeZone)) : null;

    internal RetentionTerm? For(PolicyName? policy) => policy is { } name ? Policies.GetValueOrDefault(name) : ByHand;
}
