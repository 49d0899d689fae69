using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>
/// What differs between an object's content as it should be and as it is, with all that only a server or a controller sets left out of
/// account.
/// </summary>
public static class ContentDiff
{
    /// <param name="prepared">
    /// Its body takes over what the live object was given, and is then what a replace writes (without owners and resourceVersion).
    /// </param>
    /// <param name="live">Is taken over and loses what the server sets.</param>
    /// <param name="context">The same as the manifest was prepared with.</param>
    /// <param name="applying">The difference will be applied, which removes nothing: what stays is marked.</param>
    /// <param name="rules">How an apply merges the type.</param>
    public static ImmutableArray<FieldDiff> Between(
        PreparedManifest prepared,
        JsonObject live,
        RuleContext context,
        bool applying,
        MergeRules rules,
        SecretDigests digests
    )
    {
        LiveFields.CarryOver(prepared.Body, live, context.Type.GroupResource);
        var present = ManifestRules.Strip(live, context with { Planned = true });
        var diffs = Bodies(prepared, present, context, applying, rules, digests);
        if (OwnerDiff(present.OwnerReferences, prepared.OwnerReferences, applying) is { } owners)
            diffs = diffs.Add(owners);
        // A status is written by a merge patch, which replaces lists.
        if (prepared.Status is { } status)
            diffs = diffs.AddRange(
                FieldDiffs.Between(Wrapped(present.Status ?? []), Wrapped(status), context.Type, applying, MergeRules.None, digests)
            );
        return diffs;
    }

    /// <summary>A quiesced workload is compared with the replicas that it will get.</summary>
    private static ImmutableArray<FieldDiff> Bodies(
        PreparedManifest prepared,
        PreparedManifest present,
        RuleContext context,
        bool applying,
        MergeRules rules,
        SecretDigests digests
    )
    {
        if (prepared.Replicas is not { } replicas || prepared.Body.Object("spec") is not { } spec)
            return FieldDiffs.Between(present.Body, prepared.Body, context.Type, applying, rules, digests);
        spec["replicas"] = replicas;
        var diffs = FieldDiffs.Between(present.Body, prepared.Body, context.Type, applying, rules, digests);
        spec["replicas"] = 0;
        return diffs;
    }

    private static JsonObject Wrapped(JsonObject status) => new() { ["status"] = status.DeepClone() };

    /// <summary>Owners by what they are called; their uids differ between clusters and times.</summary>
    private static FieldDiff? OwnerDiff(JsonArray live, JsonArray desired, bool applying)
    {
        if (live.Count == 0 && desired.Count == 0)
            return null;
        var was = Owners(live);
        var wanted = Owners(desired);
        if (was.SetEquals(wanted))
            return null;
        return new("/metadata/ownerReferences", Text(was), Text(wanted), applying && was.IsSupersetOf(wanted));
    }

    private static SortedSet<string> Owners(JsonArray references) =>
        new(
            references.OfType<JsonObject>().Select(o => $"{o.Text("kind")}.{ManifestJson.GroupOf(o.Text("apiVersion"))}/{o.Text("name")}"),
            StringComparer.Ordinal
        );

    private static string? Text(SortedSet<string> owners) =>
        owners.Count == 0 ? null : new JsonArray([.. owners.Select(o => JsonValue.Create(o))]).ToJsonString();
}
