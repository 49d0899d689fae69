using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore;

namespace Holdfast.TestKit.Scenarios;

/// <summary>Whether a plan is the one that is written down, and whether a cluster became what it says. Each complaint is a line.</summary>
internal static class KeptPromises
{
    private const string Converted = "; converted from ";

    /// <summary>
    /// Where a plan differs from plan.json. It may have more steps, since the cluster has objects of its own, but none that writes.
    /// </summary>
    public static IEnumerable<string> Unlike(JsonObject expected, RestorePlan plan)
    {
        var found = plan.Steps.ToDictionary(s => ClusterContent.Key(s.Resource, s.Namespace, s.Name));
        foreach (var step in expected.Objects("steps"))
        {
            var key = ClusterContent.Key(step.Text("resource")!, step.Text("namespace"), step.Text("name"));
            if (!found.Remove(key, out var now))
                yield return $"no step for {key}";
            else if (Described(step) != Described(now, step.Text("reason")!.Contains(Converted, StringComparison.Ordinal)))
                yield return $"{key}: {Described(step)}{Environment.NewLine}    is {Described(now, converted: true)}";
        }
        foreach (var more in found.Values.Where(s => s.Action is not (StepAction.Unchanged or StepAction.Skip)))
            yield return $"not in plan.json: {Line(more)}";
    }

    /// <summary>Where the cluster isn't what the plan promised.</summary>
    public static IEnumerable<string> Broken(RestorePlan plan, ClusterContent before, ClusterContent after)
    {
        var steps = plan.Steps.ToDictionary(s => ClusterContent.Key(s.Resource, s.Namespace, s.Name));
        var deleted = steps
            .Where(s => s.Value.Action == StepAction.Delete)
            .Select(s => Metadata(before.Find(s.Key)).Text("uid"))
            .ToHashSet();
        foreach (var key in before.Keys.Union(after.Keys))
            if (steps.GetValueOrDefault(key) is { } step && !IsKept(step.Action, before, after, key))
                yield return $"{Line(step)}: was {before.Text(key) ?? "none"}{Environment.NewLine}    is {after.Text(key) ?? "none"}";
            else if (!steps.ContainsKey(key) && before.Text(key) != after.Text(key) && !WentAlong(key))
                yield return $"no step for {key}: was {before.Text(key) ?? "none"}{Environment.NewLine}    is {after.Text(key) ?? "none"}";
        foreach (var (key, step) in steps.Where(s => s.Value.Action is not (StepAction.Skip or StepAction.Delete)))
            if (after.Text(key) is null)
                yield return $"{Line(step)}: it isn't there";

        bool WentAlong(string key) =>
            after.Text(key) is null && Metadata(before.Find(key)).Objects("ownerReferences").Any(o => deleted.Contains(o.Text("uid")));
    }

    public static string Line(RestoreStep step) => $"{step.Action} {ClusterContent.Key(step.Resource, step.Namespace, step.Name)}";

    private static bool IsKept(StepAction action, ClusterContent before, ClusterContent after, string key)
    {
        var (was, now) = (Metadata(before.Find(key)), Metadata(after.Find(key)));
        var (sameUid, sameRevision) = (was.Text("uid") == now.Text("uid"), was.Text("resourceVersion") == now.Text("resourceVersion"));
        return action switch
        {
            StepAction.Create or StepAction.Recreate => now is not null && !sameUid,
            StepAction.Update or StepAction.Replace => was is not null && now is not null && sameUid && !sameRevision,
            StepAction.Delete => now is null,
            _ => before.Text(key) == after.Text(key),
        };
    }

    private static JsonObject? Metadata(JsonObject? manifest) => manifest.Object("metadata");

    private static string Described(JsonObject step) =>
        $"{step.Text("action")}{(step.Flag("related") ? " related" : "")}{(step.Flag("incomplete") ? " incomplete" : "")}: "
        + $"{Said(step.Text("reason")!)}; {step.Text("because")}";

    /// <param name="converted">Says so; an older server than the plan is for may take other versions.</param>
    private static string Described(RestoreStep step, bool converted)
    {
        var reason = Said(step.Reason);
        var end = converted ? -1 : reason.IndexOf(Converted, StringComparison.Ordinal);
        return $"{step.Action.ToString().ToLowerInvariant()}{(step.Related ? " related" : "")}{(step.Incomplete ? " incomplete" : "")}: "
            + $"{(end < 0 ? reason : reason[..end])}; {step.Because}";
    }

    /// <summary>Without the words of a refused list, which name the server.</summary>
    private static string Said(string reason) =>
        reason.IndexOf("so nothing of it is written: ", StringComparison.Ordinal) is var end and >= 0 ? reason[..end] : reason;
}
