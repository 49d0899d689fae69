using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Outcomes;

/// <summary>What has to be captured of the target before a plan is applied that deletes. Pure.</summary>
/// <param name="Namespaces">Empty: the whole cluster.</param>
/// <param name="Types">That the plan changes, by group-resource: captured though a capture leaves them out by default.</param>
/// <param name="WithVolumes">The data of volumes may be lost, too.</param>
public sealed record SafetyScope(ImmutableArray<string> Namespaces, ImmutableArray<string> Types, bool WithVolumes)
{
    private static readonly string[] Data =
    [
        KnownTypes.PersistentVolumeClaims,
        KnownTypes.PersistentVolumes,
        KnownTypes.Namespaces,
        KnownTypes.CustomResourceDefinitions,
        KnownTypes.VolumeSnapshots,
        KnownTypes.VolumeSnapshotContents,
    ];

    /// <summary>So many namespaces are captured as part of the whole cluster.</summary>
    private const int MostNamespaces = 200;

    /// <returns>Null: there is nothing that the restore could take away or that a rollback would bring.</returns>
    public static SafetyScope? Of(RestorePlan plan)
    {
        if (!plan.Request.Deletes)
            return null;
        var changed = plan.Steps.Where(s => PlanIndex.Writes(s) || s.Action == StepAction.Delete).ToList();
        var onlyCreates = changed.TrueForAll(s => s.Action == StepAction.Create);
        if (changed.Count == 0 || (onlyCreates && plan.Request.Existing == ExistingPolicy.Recreate))
            return null;
        var lost = changed.Where(s => s.Action is StepAction.Delete or StepAction.Recreate).Select(s => s.Resource).ToHashSet();
        return new(
            NamespacesOf(plan, changed),
            [.. changed.Select(s => s.Resource).Distinct().Order(StringComparer.Ordinal)],
            Data.Any(lost.Contains)
        );
    }

    /// <summary>
    /// A namespace that the restore makes can't be asked for now, and the point must show that it was empty; what goes with a
    /// cluster-scoped object may be anywhere.
    /// </summary>
    private static ImmutableArray<string> NamespacesOf(RestorePlan plan, List<RestoreStep> changed)
    {
        var made = plan
            .Steps.Where(s => s is { Resource: KnownTypes.Namespaces, Action: StepAction.Create })
            .Select(s => s.Name)
            .ToHashSet();
        if (changed.Any(s => s.Namespace is null || made.Contains(s.Namespace)))
            return [];
        var names = changed.Select(s => s.Namespace!).Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        return names.Length > MostNamespaces ? [] : names;
    }
}

/// <summary>The recovery point of the target's state before a restore that deletes.</summary>
/// <param name="Cluster">Under which name it is in the vault.</param>
public sealed record SafetyPoint(ClusterName Cluster, PointId Point)
{
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SafetyPointJson.Default.SafetyPoint);

    /// <exception cref="RestoreException">BadPlan: it isn't one.</exception>
    public static SafetyPoint Read(ReadOnlySpan<byte> document, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(document, SafetyPointJson.Default.SafetyPoint) ?? throw Bad(path);
        }
        catch (JsonException)
        {
            throw Bad(path);
        }
    }

    private static RestoreException Bad(string path) =>
        new(
            RestoreRefusal.BadPlan,
            $"{path} should name the safety point that was taken, and can't be read: delete it, so that another is taken, and resume"
        );
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SafetyPoint))]
internal sealed partial class SafetyPointJson : JsonSerializerContext;
