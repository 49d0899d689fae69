using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Clones;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Namespaces that come back under another name in the cluster that was captured: how they are isolated, and what that changes. In another
/// cluster there is no source beside them, and nothing is isolated.
/// </summary>
internal sealed class PlannedClone
{
    private readonly PlanningRun run;
    private readonly SortedDictionary<ClonePart, int> changed = [];

    public PlannedClone(PlanningRun run)
    {
        this.run = run;
        var clones = run.Request.NamespaceMapping?.Where(m => m.Key != m.Value).Select(m => m.Value).ToList() ?? [];
        if (clones.Count > 0 && !run.IsOtherCluster)
            Isolation = new()
            {
                Namespaces = [.. clones.Order(StringComparer.Ordinal)],
                Kept = [.. (run.Request.KeepInClone ?? []).Distinct().Order()],
            };
        else if (run.Request.KeepInClone is { IsDefaultOrEmpty: false })
            run.Warnings.Add(
                "--clone-keep has no effect: no namespace comes back under another name in its own cluster, so that nothing is isolated"
            );
    }

    /// <summary>Null: nothing is cloned.</summary>
    public CloneIsolation? Isolation { get; }

    /// <summary>With what it changes.</summary>
    public CloneIsolation? Result =>
        Isolation is null ? null : Isolation with { Changed = [.. changed.Select(c => new CloneCount(c.Key, c.Value))] };

    /// <summary>An object that is written.</summary>
    public void Note(ImmutableArray<IsolatedPart> parts)
    {
        foreach (var part in parts.Select(p => p.Part).Distinct())
            Count(part);
    }

    /// <param name="rule">That skips an object.</param>
    public void LeftOut(string rule)
    {
        if (CloneRules.PartOf(rule) is { } part)
            Count(part);
    }

    /// <summary>Of each namespace in which something may run after this restore.</summary>
    public async Task AddPoliciesAsync(CancellationToken cancellation)
    {
        if (Isolation is not { } isolation || isolation.Kept.Contains(ClonePart.Egress))
            return;
        var missing = isolation.Namespaces.Where(MayRun).ToList();
        if (missing.Count == 0)
            return;
        if (run.Types.OfKind("networking.k8s.io", "NetworkPolicy") is not { } type)
        {
            run.Warnings.Add(
                $"the target serves no network policies: nothing keeps the Pods of {string.Join(", ", missing)} from what is outside"
            );
            return;
        }
        foreach (var ns in missing)
            await AddPolicyAsync(type, ns, cancellation);
    }

    private void Count(ClonePart part) => changed[part] = changed.GetValueOrDefault(part) + 1;

    /// <summary>The restore makes the namespace, or writes something into it that runs or that an operator may let run.</summary>
    private bool MayRun(string ns) =>
        run.Draft.Steps.Any(s =>
            s.Writes
            && (
                (s.Step.Resource == KnownTypes.Namespaces && s.Step.Name == ns)
                || (
                    s.Step.Namespace == ns
                    && (PodSpecs.Types.Contains(s.Step.Resource) || !BuiltInGroups.Have(ManifestJson.GroupOf(s.Step.ApiVersion)))
                )
            )
        );

    private async Task AddPolicyAsync(ApiResource type, string ns, CancellationToken cancellation)
    {
        var live = await FindAsync(type, ns, cancellation);
        var isEqual = live is not null && JsonNode.DeepEquals(Spec(ManifestJson.Parse(live.Json.Span)), Spec(ClonePolicy.Manifest(ns)));
        if (live is not null && !isEqual)
            run.Warnings.Add(
                type.GroupResource,
                ns,
                ClonePolicy.Name,
                $"isn't as a restore makes it, and stays so: delete it to have it made again"
            );
        if (live is null && run.Namespaces.Has(ns))
            run.Warnings.Add(
                type.GroupResource,
                ns,
                ClonePolicy.Name,
                $"also holds for the Pods that are in the namespace already: --clone-keep egress does without it"
            );
        if (live is null)
            Count(ClonePart.Egress);
        run.Draft.Add(new(Step(type, ns, live, isEqual)));
    }

    private static RestoreStep Step(ApiResource type, string ns, LiveObject? live, bool isEqual) =>
        new()
        {
            Number = 0,
            Stage = RestoreStages.Of(type.GroupResource),
            Action =
                live is null ? StepAction.Create
                : isEqual ? StepAction.Unchanged
                : StepAction.Skip,
            Resource = type.GroupResource,
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Namespace = ns,
            Name = ClonePolicy.Name,
            Reason =
                live is null ? "made to isolate the clone: its Pods reach only the DNS and each other"
                : isEqual ? "the clone is isolated already"
                : "it exists and differs; it is left as it is",
            Made = new(MadeObject.ClonePolicy, ClonePolicy.Digest(ns)),
            LiveUid = live?.Uid,
            LiveRevision = live?.Revision,
        };

    private static JsonObject? Spec(JsonObject policy) => JsonNode.Parse(ManifestJson.Write(policy.Object("spec") ?? [])) as JsonObject;

    private async Task<LiveObject?> FindAsync(ApiResource type, string ns, CancellationToken cancellation)
    {
        if (!run.Namespaces.Has(ns) || run.Namespaces.IsTerminating(ns))
            return null;
        await using var objects = new LiveObjects(run.Target, type, ns);
        try
        {
            return await objects.TakeAsync(LiveObjects.KeyOf(ns, ClonePolicy.Name), cancellation);
        }
        catch (ClusterException hidden) when (hidden.Failure == ClusterFailure.Forbidden)
        {
            return null;
        }
    }
}
