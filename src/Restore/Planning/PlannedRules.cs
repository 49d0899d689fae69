using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Planning;

/// <summary>The rules' context for applying a plan: what planning asked the point and the target for stands in the plan.</summary>
public sealed class PlannedRules
{
    private readonly RestoreRequest request;
    private readonly HashSet<string> volumes;
    private readonly ImmutableSortedDictionary<string, string>? contents;
    private readonly ImmutableSortedDictionary<string, string>? names;
    private readonly ImmutableArray<string> taken;
    private readonly ServerRelease? target;
    private readonly TransformSet transforms;
    private readonly MappingSet mappings;
    private readonly CloneIsolation? isolation;

    public PlannedRules(RestorePlan plan)
    {
        request = plan.Request;
        volumes = plan.Volumes.ToHashSet(StringComparer.Ordinal);
        contents = plan.SnapshotContents;
        names = plan.VolumeNames;
        taken = plan.TakenAddresses ?? [];
        target = ServerRelease.Parse(plan.TargetServer);
        transforms = TransformSet.Of(request.Transforms);
        mappings = MappingSet.Of(request.Mappings);
        isolation = plan.Isolation;
    }

    /// <summary>Prepares a step's manifest exactly as planning did; rules that skip are not asked again.</summary>
    public RuleContext For(ResourceType type, bool hasStatus) =>
        new()
        {
            Request = request,
            Type = type,
            HasStatus = hasStatus,
            InPoint = _ => null,
            OwnerComesBack = () => true,
            VolumeComesBack = volumes.Contains,
            VolumeName = captured => names?.GetValueOrDefault(captured) ?? captured,
            ContentName = captured => contents?.GetValueOrDefault(captured) ?? captured,
            WhyTaken = (_, address) => taken.Contains(address) ? "it is taken" : null,
            TargetVersion = target,
            Transforms = transforms,
            Mappings = mappings,
            Isolation = isolation,
            Planned = true,
        };

    /// <summary>Of an object that the restore makes: nothing of the request is meant for it but the policy for existing ones.</summary>
    public RuleContext ForMade(ResourceType type) =>
        For(type, hasStatus: false) with
        {
            Request = request with { NamespaceMapping = null, Mappings = null, Transforms = null },
            Transforms = TransformSet.None,
            Mappings = MappingSet.None,
            Isolation = null,
        };
}
