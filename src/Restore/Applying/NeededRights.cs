using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Clusters;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;

namespace Holdfast.Restore.Applying;

/// <summary>
/// What the steps of a plan write, as verbs on types, held against what the target allows its credentials. A restore that isn't allowed all
/// of it is refused before its first write. What a write needs beyond its verb (<c>escalate</c> for the rules of a role) shows only in it.
/// </summary>
internal static class NeededRights
{
    private const int InFlight = 16;
    private const int MostNamespaces = 20;
    private const int Named = 10;

    /// <exception cref="RestoreException">MissingRights: which, and what grants them. Nothing was written.</exception>
    public static async Task CheckAsync(RestorePlan plan, ClusterConnection target, CancellationToken cancellation)
    {
        var review = new PermissionReview(target);
        var missing = new ConcurrentBag<string>();
        try
        {
            var needs = await NotGrantedAsync(review, Of(plan), cancellation);
            await EachAsync(needs, need => AddMissingAsync(review, need, missing, cancellation), cancellation);
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            // the server doesn't say what its callers may do: each write shows it
            return;
        }
        if (!missing.IsEmpty)
            throw Refused(target, [.. missing.Order(StringComparer.Ordinal)]);
    }

    private static IEnumerable<Need> Of(RestorePlan plan) =>
        plan
            .Steps.SelectMany(step => VerbsOf(step.Action), (step, verb) => (Verb: verb, step.Resource, step.Namespace))
            .GroupBy(one => (one.Verb, one.Resource))
            .Select(group => new Need(group.Key.Verb, group.Key.Resource, [.. group.Select(one => one.Namespace).Distinct()]));

    private static string[] VerbsOf(StepAction action) =>
        action switch
        {
            StepAction.Create => ["create"],
            StepAction.Update => ["patch"],
            StepAction.Replace => ["update"],
            StepAction.Recreate => ["create", "delete"],
            StepAction.Delete => ["delete"],
            _ => [],
        };

    /// <summary>Most restores run with a role that allows a verb on everything: one question then.</summary>
    private static async Task<List<Need>> NotGrantedAsync(PermissionReview review, IEnumerable<Need> needs, CancellationToken cancellation)
    {
        var left = new List<Need>();
        foreach (var ofVerb in needs.GroupBy(need => need.Verb))
            if (!await review.MayAsync(ofVerb.Key, "*", "*", cancellation))
                left.AddRange(ofVerb);
        return left;
    }

    /// <summary>Of many namespaces the first are asked about.</summary>
    private static async Task AddMissingAsync(
        PermissionReview review,
        Need need,
        ConcurrentBag<string> missing,
        CancellationToken cancellation
    )
    {
        if (await review.MayAsync(need.Verb, need.Group, need.Plural, cancellation))
            return;
        if (need.Namespaces.Contains(null))
            missing.Add($"{need.Verb} {need.Resource}");
        foreach (var ns in need.Namespaces.OfType<string>().Order(StringComparer.Ordinal).Take(MostNamespaces))
            if (!await review.MayAsync(need.Verb, need.Group, need.Plural, cancellation, ns))
                missing.Add($"{need.Verb} {need.Resource} in {ns}");
    }

    private static Task EachAsync(IEnumerable<Need> needs, Func<Need, Task> ask, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            needs,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (need, _) => await ask(need)
        );

    private static RestoreException Refused(ClusterConnection target, string[] missing)
    {
        var more = missing.Length > Named ? $" and {(missing.Length - Named).ToString(CultureInfo.InvariantCulture)} more" : "";
        return new(
            RestoreRefusal.MissingRights,
            $"{target.Server} doesn't allow the credentials in use what the plan does, and nothing was written: "
                + $"{string.Join(", ", missing.Take(Named))}{more}. Bind the role holdfast-restore of infra/kubernetes/restore.yaml to "
                + "them (`holdfast clusters add NAME --print --for restore` prints it), and try again"
        );
    }

    /// <param name="Resource">By group-resource.</param>
    /// <param name="Namespaces">Null among them: the type is cluster-scoped.</param>
    private sealed record Need(string Verb, string Resource, IReadOnlyCollection<string?> Namespaces)
    {
        public string Plural => Resource.Split('.', 2)[0];

        public string Group => Resource.Split('.', 2) is [_, var group] ? group : "";
    }
}
