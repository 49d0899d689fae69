using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;

namespace Holdfast.Vault.Retention;

/// <summary>The retention rules of policies, from where the policies are kept.</summary>
/// <param name="Terms">Policies that can't be used have none, so their points stay.</param>
/// <param name="Problems">Why, for a person.</param>
public sealed record PolicyTerms(RetentionTerms Terms, ImmutableArray<string> Problems)
{
    /// <summary>As a service keeps them now. A policy that isn't there any more has no rule.</summary>
    public static async Task<PolicyTerms> ReadAsync(ControlDocuments control, CancellationToken cancellation)
    {
        var reading = new Builder();
        foreach (var kept in await control.AllPoliciesAsync(cancellation))
        {
            if (kept.Document is { } policy)
                reading.Add(policy);
            else
                reading.Problems.Add($"the points of policy {kept.Name} stay: {kept.Path}: {kept.Problems[0]}");
        }
        return reading.Build(null);
    }

    /// <summary>As the points say that they were: of each policy the newest point's, where there is no service to ask.</summary>
    /// <param name="documents">By policy.</param>
    public static PolicyTerms Of(IEnumerable<KeyValuePair<PolicyName, JsonElement>> documents, RetentionTerm? byHand)
    {
        var reading = new Builder();
        foreach (var (name, document) in documents)
        {
            var read = ProtectionPolicy.Read(Encoding.UTF8.GetBytes(document.GetRawText()));
            if (read.Document is { } policy)
                reading.Add(policy);
            else
                reading.Problems.Add($"the points of policy {name} stay: the policy in the newest of them: {read.Problems[0]}");
        }
        return reading.Build(byHand);
    }

    private sealed class Builder
    {
        private readonly Dictionary<PolicyName, RetentionTerm> policies = [];

        public List<string> Problems { get; } = [];

        public void Add(ProtectionPolicy policy)
        {
            if (RetentionTerms.Of(policy) is { } term)
                policies[policy.Name] = term;
        }

        public PolicyTerms Build(RetentionTerm? byHand) => new(new(policies.ToImmutableDictionary(), byHand), [.. Problems]);
    }
}
