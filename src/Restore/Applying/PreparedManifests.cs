using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Clones;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Applying;

/// <summary>Reads the steps' manifests from the point and makes them ready exactly as the plan did. Thread-safe.</summary>
internal sealed class PreparedManifests(ApplyContext context)
{
    private readonly ManifestSource source = new(context.Point);
    private readonly PlannedRules planned = new(context.Plan);
    private readonly ConcurrentDictionary<(string Resource, string ApiVersion, bool HasStatus), RuleContext> rules = new();
    private readonly Dictionary<string, ResourceType> types = context.Point.Inventory.Types.ToDictionary(
        t => t.Type.GroupResource,
        t => t.Type
    );

    /// <summary>A manifest of the point as it was captured, and its type.</summary>
    public async Task<(string GroupResource, JsonObject Manifest)> CapturedAsync(ManifestLocation at, CancellationToken cancellation)
    {
        var manifest = await source.ReadAsync(at, cancellation);
        return (context.Point.Inventory.Segments[at.Segment].Resource, manifest);
    }

    /// <summary>Prepares a step's write: its manifest, and its owners by their live uids.</summary>
    /// <exception cref="RestoreException">BadPlan: the step isn't of this point.</exception>
    public async Task<WorkItem> ReadyAsync(RestoreStep step, ApiResource served, CancellationToken cancellation)
    {
        if (step.Made is { } made)
            return Made(step, made, served);
        var at =
            step.Source
            ?? throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"step {step.Number} of the plan has no manifest; plan the restore again"
            );
        var (ruling, prepared) = await PrepareAsync(step, at, served, cancellation);
        var owners = await context.Owners.ResolveAsync(prepared.OwnerReferences, step, cancellation);
        return new(step, served, ruling, prepared, owners);
    }

    /// <summary>What no point holds is made again, and has to be what the plan showed.</summary>
    private WorkItem Made(RestoreStep step, MadeManifest made, ApiResource served)
    {
        if (
            made.What != MadeObject.ClonePolicy
            || step is not { Resource: KnownTypes.NetworkPolicies, Name: ClonePolicy.Name, Namespace: { } ns }
            || made.Digest != ClonePolicy.Digest(ns)
        )
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"this program makes another manifest for step {step.Number} than the plan's; plan the restore again"
            );
        var ruling = planned.ForMade(new(served.Group, served.Version, served.Resource, served.Kind, served.Namespaced));
        return new(step, served, ruling, ManifestRules.Prepare(ClonePolicy.Manifest(ns), ruling), ResolvedOwners.None);
    }

    /// <summary>The status that a step's write brings with it, in the body or after it; null: none.</summary>
    public async Task<JsonObject?> StatusAsync(RestoreStep step, ApiResource served, CancellationToken cancellation)
    {
        if (step.Source is not { } at)
            return null;
        var (_, prepared) = await PrepareAsync(step, at, served, cancellation);
        return prepared.Status ?? prepared.Body.Object("status");
    }

    private async Task<(RuleContext Rules, PreparedManifest Prepared)> PrepareAsync(
        RestoreStep step,
        ManifestLocation at,
        ApiResource served,
        CancellationToken cancellation
    )
    {
        var manifest = await source.ReadAsync(at, cancellation);
        var type = types[context.Point.Inventory.Segments[at.Segment].Resource];
        if (PathOf(step, type) is { } path)
        {
            type = path.Of(type);
            if (path.Convert(manifest).Fault is { } fault)
                throw new RestoreException(RestoreRefusal.BadPlan, fault);
        }
        var ruling = RulesFor(step, served, manifest, type);
        return (ruling, ManifestRules.Prepare(manifest, ruling));
    }

    /// <summary>How the captured object becomes what the step writes; null: it is that already.</summary>
    /// <exception cref="RestoreException">BadPlan: nothing leads there.</exception>
    private static ConversionPath? PathOf(RestoreStep step, ResourceType captured)
    {
        if (step.ApiVersion == captured.ApiVersion)
            return null;
        return ConversionTable.Between(captured.ApiVersion, step.ApiVersion, captured.Kind)
            ?? (
                step.Resource == captured.GroupResource && !BuiltInGroups.Have(captured.Group)
                    ? ConversionPath.Renamed(captured.ApiVersion, step.ApiVersion, captured.Kind)
                    : throw new RestoreException(
                        RestoreRefusal.BadPlan,
                        $"step {step.Number} of the plan writes {step.ApiVersion}, which nothing of {captured.ApiVersion} can be "
                            + "converted to; plan the restore again"
                    )
            );
    }

    private RuleContext RulesFor(RestoreStep step, ApiResource served, JsonObject manifest, ResourceType type)
    {
        var common = rules.GetOrAdd(
            (type.GroupResource, type.ApiVersion, served.HasStatus),
            static (key, of) => of.planned.For(of.type, key.HasStatus),
            (planned, type)
        );
        if (context.Plan.Request.NamespaceMapping is not null)
            common = common with { TargetName = step.Name };
        if (step.WithoutDefault == true)
            common = common with { WithoutDefault = true };
        if (step.Volume is not null)
            common = common with { Claim = step.Volume };
        // A live volume keeps its reclaim policy when it is given back to its claim: its disk is in use already.
        return
            step is { Resource: KnownTypes.PersistentVolumes, LiveUid: not null }
            && VolumeRules.Reclaim(manifest.Object("spec")) == "Delete"
            ? common with
            {
                Request = common.Request with { AdoptVolumes = true },
            }
            : common;
    }
}
