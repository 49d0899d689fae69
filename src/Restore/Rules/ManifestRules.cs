using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Rules;

/// <summary>What the rules may ask of the restore around one manifest.</summary>
public sealed record RuleContext
{
    public required RestoreRequest Request { get; init; }

    /// <summary>The manifest's own type as captured.</summary>
    public required ResourceType Type { get; init; }

    /// <summary>The target serves <c>/status</c> for the type.</summary>
    public required bool HasStatus { get; init; }

    /// <summary>An object of the point, by key; null when the point doesn't hold it.</summary>
    public required Func<ObjectKey, JsonObject?> InPoint { get; init; }

    /// <summary>The object's owner by group-kind is restored by this plan or live in the target.</summary>
    public required Func<bool> OwnerComesBack { get; init; }

    /// <summary>
    /// A volume of this name is restored by this plan or live in the target. Null: decided from the point and the request alone.
    /// </summary>
    public Func<string, bool>? VolumeComesBack { get; init; }

    /// <summary>
    /// The object's owner isn't in the target yet: its controller finds what the restore brings, and makes the rest. Asked after <see
    /// cref="OwnerComesBack"/>.
    /// </summary>
    public Func<bool> OwnerIsCreated { get; init; } = static () => true;

    /// <summary>The request names the object of the manifest's type and this name.</summary>
    public Func<string, bool> IsNamed { get; init; } = static _ => false;

    /// <summary>Why a Service can't have an address or port in the target; null where it can.</summary>
    public Func<ObjectKey, string, string?> WhyTaken { get; init; } = static (_, _) => null;

    /// <summary>The object comes without what makes it count for the whole cluster.</summary>
    public bool WithoutDefault { get; init; }

    /// <summary>Another class that is the default in the target, where the object is one; null: none.</summary>
    public string? SecondDefault { get; init; }

    /// <summary>Of the server that the point is of; null: unknown, or the same as the target's.</summary>
    public ServerRelease? PointVersion { get; init; }

    /// <summary>Null: unknown.</summary>
    public ServerRelease? TargetVersion { get; init; }

    /// <summary>Under which name a VolumeSnapshotContent of the point is in the target, by the name that it was captured under.</summary>
    public Func<string, string> ContentName { get; init; } = static captured => captured;

    /// <summary>Under which name a volume of the point is in the target, by the name that it was captured under.</summary>
    public Func<string, string> VolumeName { get; init; } = static captured => captured;

    /// <summary>The name in the target of the manifest's own object, where it isn't the captured one; null: the captured one.</summary>
    public string? TargetName { get; init; }

    /// <summary>
    /// Where the data of the claim comes from, or of the claim that the volume is bound to. Null: a claim is attached where <see
    /// cref="VolumeComesBack"/> says so, and else empty.
    /// </summary>
    public ClaimVolume? Claim { get; init; }

    /// <summary>What the request changes in the objects that match.</summary>
    internal TransformSet Transforms { get; init; } = TransformSet.None;

    /// <summary>What the target calls otherwise.</summary>
    internal MappingSet Mappings { get; init; } = MappingSet.None;

    /// <summary>Of the plan: the namespaces that come back beside their source. Null: none does.</summary>
    public CloneIsolation? Isolation { get; init; }

    /// <summary>Captures leave out the object's namespace in the target, as it is now.</summary>
    public bool IsNamespaceExcluded { get; init; }

    /// <summary>A plan has decided that the object is restored: rules that skip are not asked again.</summary>
    public bool Planned { get; init; }
}

/// <summary>
/// The one table of what must be removed, kept or skipped when a manifest is restored: a row a rule, with its reason. Pure, thread-safe.
/// </summary>
public static class ManifestRules
{
    /// <summary>In the order in which they are asked: first all that skip, then all that edit.</summary>
    public static ImmutableArray<Rule> Table { get; } =
    [
        .. NeverRules.Rows,
        .. OwnedRules.Rows,
        .. ClusterRules.Rows,
        .. ClassRules.Rows,
        .. VolumeRules.Rows,
        .. SnapshotRules.Rows,
        .. NamespaceRules.Rows,
        .. CloneRules.Rows,
        .. MappingRules.Rows,
        .. ExternalRules.Rows,
        .. VersionReferenceRules.Rows,
        .. AccountRules.Rows,
        .. ServiceRules.Rows,
        .. PodRules.Rows,
        .. EveryObjectRules.Rows,
        .. TransformRules.Rows,
    ];

    private static readonly (Rule[] Skips, Rule[] Edits) General = For("*");

    private static readonly Dictionary<string, (Rule[] Skips, Rule[] Edits)> ByType = Table
        .SelectMany(r => r.Types)
        .Where(t => t != "*")
        .Distinct(StringComparer.Ordinal)
        .ToDictionary(t => t, For, StringComparer.Ordinal);

    /// <param name="manifest">Is taken over and changed.</param>
    public static PreparedManifest Prepare(JsonObject manifest, RuleContext context)
    {
        var subject = new RuleSubject(manifest, context) { Matched = context.Transforms.Matching(context.Type, manifest) };
        var special = ByType.GetValueOrDefault(subject.Type, ([], []));
        if (!context.Planned && (First(special.Skips, subject) ?? First(General.Skips, subject)) is { } rule)
            return new()
            {
                SkipReason = rule.Reason,
                SkipRule = rule.Id,
                IsCreatedAgain = rule.IsCreatedAgain,
            };
        Edit(special.Edits, subject);
        Edit(General.Edits, subject);
        return Result(subject);
    }

    /// <summary>
    /// Leaves out of a live or captured object only what the server sets on an object of any kind: what remains is its content.
    /// </summary>
    /// <param name="manifest">Is taken over and changed.</param>
    public static PreparedManifest Strip(JsonObject manifest, RuleContext context)
    {
        // What a live object names, it means.
        var subject = new RuleSubject(
            manifest,
            context with
            {
                Request = context.Request.NamespaceMapping is null ? context.Request : context.Request with { NamespaceMapping = null },
                Mappings = MappingSet.None,
                Isolation = null,
            }
        );
        Edit(General.Edits, subject);
        return Result(subject);
    }

    private static PreparedManifest Result(RuleSubject subject) =>
        new()
        {
            Body = subject.Manifest,
            OwnerReferences = subject.Owners,
            ManagedFields = subject.ManagedFields,
            Status = subject.TakenStatus,
            Replicas = subject.Replicas,
            Warnings = [.. subject.Warnings],
            Shortfall = subject.Shortfall,
            Early = subject.Early,
            Matched = subject.Matched,
            Transformed = subject.Transformed?.ChangedBy ?? [],
            TransformFault = subject.Transformed?.Fault,
            Mapped = subject.Mapped,
            Isolated = subject.Isolated,
        };

    /// <summary>The type's own rows; without those that hold for every object.</summary>
    private static (Rule[] Skips, Rule[] Edits) For(string type)
    {
        var rows = Table.Where(r => r.Types.Contains(type)).ToList();
        return ([.. rows.Where(r => r.Skips is not null)], [.. rows.Where(r => r.Edits is not null)]);
    }

    private static Rule? First(Rule[] rules, RuleSubject subject)
    {
        foreach (var rule in rules)
            if (rule.Skips!(subject))
                return rule;
        return null;
    }

    private static void Edit(Rule[] rules, RuleSubject subject)
    {
        foreach (var rule in rules)
            rule.Edits!(subject);
    }
}
