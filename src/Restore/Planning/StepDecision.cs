using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>What is to be done to one object that the target has already.</summary>
/// <param name="Incomplete">The object does not become what was asked for.</param>
public sealed record StepDecision(StepAction Action, string Reason, ImmutableArray<FieldDiff> Diff, bool Incomplete = false)
{
    public const string Missing = "it is missing in the target";
    public const string Equal = "it is equal to the point";
    public const string NotSelected = "it exists, and only what is selected is changed";

    /// <summary>A released volume is given to its claim again: done whatever the policy, since nothing else of it changes.</summary>
    public bool Rebinds { get; private init; }

    /// <summary>Decides by the request's policy. Planning asks for each object; applying asks again for one that has moved since.</summary>
    /// <param name="prepared">
    /// Of the point; its body takes over what the live object was given, and is then what a replace writes (without owners and
    /// resourceVersion).
    /// </param>
    /// <param name="live">Is taken over and changed.</param>
    /// <param name="context">The same as the manifest was prepared with.</param>
    /// <param name="rules">How an apply merges the type in the target.</param>
    public static StepDecision Decide(
        PreparedManifest prepared,
        JsonObject live,
        RuleContext context,
        MergeRules rules,
        SecretDigests digests
    )
    {
        var type = context.Type.GroupResource;
        var releases = Releases(type, live);
        var whyKept = context.Request.Deletes ? WhyKept(context, live) : null;
        var excluded = context.Request.Deletes ? WhyExcluded(context, live) : null;
        var diffs = ContentDiff.Between(prepared, live, context, context.Request.Existing == ExistingPolicy.Update, rules, digests);
        if (diffs.IsEmpty)
            return new(StepAction.Unchanged, Equal, []);
        if (releases && diffs.All(d => d.Path.StartsWith("/spec/claimRef", StringComparison.Ordinal)))
            return new(StepAction.Replace, "its claim was deleted: without that claim's uid it binds to the restored one", diffs)
            {
                Rebinds = true,
            };
        if (excluded is not null)
            return new(StepAction.Skip, excluded, [.. diffs.Select(d => d with { Stays = true })], Incomplete: true);
        return IsMerged(type, prepared.Body) ? Merged(diffs) : ByPolicy(context, live, diffs, whyKept);
    }

    public bool Writes => Action is StepAction.Update or StepAction.Replace or StepAction.Recreate;

    /// <summary>The same, with what stays different whatever is done.</summary>
    public StepDecision Leaving(ImmutableArray<FieldDiff> left) =>
        left.IsEmpty ? this : this with { Diff = Diff.AddRange(left), Reason = Action == StepAction.Unchanged ? Left(left) : Reason };

    /// <summary>Why the safety point can't hold the live object; null: it can.</summary>
    private static string? WhyExcluded(RuleContext context, JsonObject live) =>
        CaptureExclusion.Is(live) ? Excluded("it", "the label or annotation")
        : context.IsNamespaceExcluded ? Excluded("its namespace", "the namespace's label or annotation")
        : null;

    private static string Excluded(string what, string by) =>
        $"refused: {what} is excluded from captures now, so that the safety point can't hold it; remove {by} {KnownLabels.Exclude} and "
        + "plan again, or use --existing replace";

    private static string Left(ImmutableArray<FieldDiff> left) =>
        $"a restore leaves it as it is: {string.Join(", ", left.Select(d => d.Name))} can't be changed";

    private static bool Releases(string type, JsonObject live) => type == KnownTypes.PersistentVolumes && LiveFields.IsReleased(live);

    /// <summary>Every namespace makes one, so that no one has asked for it.</summary>
    private static bool IsMerged(string type, JsonObject body) =>
        type == KnownTypes.ServiceAccounts && body.Object("metadata").Text("name") == "default";

    private static StepDecision Merged(ImmutableArray<FieldDiff> diffs) =>
        diffs.All(d => d.Desired is null)
            ? new(StepAction.Unchanged, "it already has everything from the point", [.. diffs.Select(d => d with { Stays = true })])
            : new(
                StepAction.Update,
                "every namespace has its own: the point's content is merged in",
                [.. diffs.Select(d => d with { Stays = d.Desired is null })]
            );

    private static StepDecision ByPolicy(RuleContext context, JsonObject live, ImmutableArray<FieldDiff> diffs, string? whyKept)
    {
        var policy = context.Request.Existing;
        if (policy is ExistingPolicy.Skip or ExistingPolicy.Fail)
            return new(
                StepAction.Skip,
                "it exists and differs; existing objects are left as they are",
                [.. diffs.Select(d => d with { Stays = true })]
            );
        if (IsOfTheSource(context, live))
            return new(
                StepAction.Skip,
                "refused: the live object serves a namespace that is mapped, and would be taken from it; delete it first, or leave it",
                [.. diffs.Select(d => d with { Stays = true })],
                Incomplete: true
            );
        if (ImmutableFields.Blocking(context.Type.GroupResource, live, diffs) is { } blocking)
            return Blocked(context, blocking, diffs, whyKept);
        if (policy == ExistingPolicy.Replace || context.Request.Deletes)
            return new(StepAction.Replace, $"it differs in {Count(diffs.Length)}: made equal to the point", diffs);
        var stays = diffs.Count(d => d.Stays);
        if (stays == diffs.Length)
            return new(
                StepAction.Unchanged,
                $"it already has everything from the point; an update removes nothing: {Count(stays)} more",
                diffs
            );
        var more = stays == 0 ? "" : $"; an update removes nothing: {Count(stays)} more";
        return new(StepAction.Update, $"it differs in {Count(diffs.Length - stays)}{more}", diffs);
    }

    private static StepDecision Blocked(RuleContext context, string blocking, ImmutableArray<FieldDiff> diffs, string? whyKept)
    {
        if (context.Request.Deletes && whyKept is null)
            return new(
                StepAction.Recreate,
                $"{blocking} differs and can't be changed on a live object: it is deleted, without what it owns, and created again; it "
                    + "differs in "
                    + Count(diffs.Length),
                diffs
            );
        var advice =
            context.Request.Deletes ? $"it isn't recreated: {whyKept}"
            : IsNeverRecreated(context.Type.GroupResource) ? "delete the object and restore again"
            : "--existing recreate deletes it and creates it again, or delete the object and restore again";
        return new(
            StepAction.Skip,
            $"refused: {blocking} differs and can't be changed on a live object; {advice}",
            [.. diffs.Select(d => d with { Stays = true })],
            Incomplete: true
        );
    }

    private static bool IsNeverRecreated(string type) => type is KnownTypes.PersistentVolumeClaims or KnownTypes.PersistentVolumes;

    /// <summary>
    /// Why the live object isn't deleted to be created again; null: it may be. A claim would lose its data by it, named or not.
    /// </summary>
    private static string? WhyKept(RuleContext context, JsonObject live)
    {
        var (type, metadata) = (context.Type, live.Object("metadata"));
        if (ProtectedObjects.Reason(type, live) is not { } why)
            return null;
        if (IsNeverRecreated(type.GroupResource))
            return $"{why}; delete it, and restore again";
        var (ns, name) = (metadata.Text("namespace"), metadata.Text("name") ?? "");
        return DeletionNames.Has(context.Request, type.GroupResource, ns, name)
            ? null
            : $"{why}; --delete {DeletionNames.Of(type.GroupResource, ns, name)} allows it";
    }

    /// <summary>A live object of the whole cluster names a namespace of the source: made equal, it would name the new one
    /// instead.</summary>
    private static bool IsOfTheSource(RuleContext context, JsonObject live) =>
        context.Request.NamespaceMapping is { } map
        && !context.Type.Namespaced
        && NamespaceReferences.Refers(map, context.Type.GroupResource, live);

    private static string Count(int fields) => fields == 1 ? "1 field" : fields.ToString(CultureInfo.InvariantCulture) + " fields";
}
