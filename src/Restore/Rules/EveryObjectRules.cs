using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>What holds for an object of any kind.</summary>
internal static class EveryObjectRules
{
    public const string RestoredFromMark = "holdfast.dev/restored-from";
    public const string RestoreMark = "holdfast.dev/restore";

    private static readonly string[] ServerFields =
    [
        "selfLink",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ];

    /// <summary>A controller that finds an old time here makes up for what it seems to have missed since.</summary>
    private static readonly string[] PastTimes = ["lastScheduleTime", "lastScheduledTime", "lastScaleTime"];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Skip(
            "meta-terminating",
            ["*"],
            "it was being deleted when it was captured",
            s => s.Metadata.ContainsKey("deletionTimestamp") && !s.Request.Terminating
        ),
        Rule.Remove(
            "meta-terminating-finalizers",
            ["*"],
            "the finalizers of a deletion under way (foregroundDeletion, orphan) would act on the next deletion",
            DropDeletionFinalizers
        ),
        Rule.Remove("meta-server-fields", ["*"], "the server sets them when it creates the object", DropServerFields),
        Rule.Remove("meta-generate-name", ["*"], "the object has its name; a generated one would make another object", DropGenerateName),
        Rule.Change(
            "meta-managed-fields",
            ["*"],
            "a create ignores them; where they hold an Apply entry a last patch puts them back, or appliers can't remove keys any more",
            TakeManagedFields
        ),
        Rule.Change(
            "meta-owner-references",
            ["*"],
            "the uids of the source are dead, and the garbage collector deletes what a dead uid owns: owners are found again by kind, "
                + "namespace and name",
            TakeOwners
        ),
        Rule.Remove(
            "meta-marks",
            ["*"],
            "marks of an earlier restore say nothing about this one",
            s => s.RemoveAnnotations(key => key is RestoredFromMark or RestoreMark)
        ),
        Rule.Keep("meta-kept", ["*"], "finalizers, labels and annotations come back as they were"),
        Rule.Keep(
            "meta-finalizers-late",
            ["*"],
            "--late-finalizers: of an object that is created, finalizers come back last, once the workloads that the restore wrote are "
                + "ready; those of Kubernetes' own controllers come with it"
        ),
        Rule.Change(
            "status-dropped",
            ["*"],
            "a create drops the status of a type that has it as a subresource: it is written only when asked for, without "
                + "observedGeneration and without times from which a controller would make up for what it missed. The status of a "
                + "built-in type is its controller's and is never written: an old one would be believed (missed schedules, counts, "
                + "budgets, addresses)",
            TakeStatus
        ),
        Rule.Keep("status-kept", ["*"], "a type without a status subresource keeps its status in the body"),
    ];

    /// <summary>
    /// Every <c>observedGeneration</c>, of the status and of its conditions, speaks of a generation that no longer counts.
    /// </summary>
    public static void DropObservedGeneration(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            map.Remove("observedGeneration");
            foreach (var (_, child) in map)
                DropObservedGeneration(child);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                DropObservedGeneration(item);
        }
    }

    private static void DropServerFields(RuleSubject subject)
    {
        foreach (var field in ServerFields)
            subject.Metadata.Remove(field);
    }

    private static void DropGenerateName(RuleSubject subject)
    {
        if (subject.Name.Length > 0)
            subject.Metadata.Remove("generateName");
    }

    private static void DropDeletionFinalizers(RuleSubject subject)
    {
        if (!subject.Metadata.ContainsKey("deletionTimestamp") || subject.Metadata.Array("finalizers") is not { } finalizers)
            return;
        for (var i = finalizers.Count - 1; i >= 0; i--)
            if (finalizers[i] is JsonValue value && value.TryGetValue(out string? name) && name is "foregroundDeletion" or "orphan")
                finalizers.RemoveAt(i);
        if (finalizers.Count == 0)
            subject.Metadata.Remove("finalizers");
    }

    private static void TakeManagedFields(RuleSubject subject)
    {
        if (
            subject.Metadata.Take("managedFields") is JsonArray entries
            && entries.OfType<JsonObject>().Any(e => e.Text("operation") == "Apply")
        )
            subject.ManagedFields = entries;
    }

    private static void TakeOwners(RuleSubject subject)
    {
        if (subject.Metadata.Take("ownerReferences") is JsonArray owners)
            subject.Owners = owners;
    }

    private static void TakeStatus(RuleSubject subject)
    {
        if (!subject.Context.HasStatus || subject.Manifest.Take("status") is not JsonObject status)
            return;
        if (!subject.Request.Status || BuiltInGroups.Have(subject.Context.Type.Group))
            return;
        DropObservedGeneration(status);
        foreach (var time in PastTimes)
            status.Remove(time);
        subject.TakenStatus = status;
    }
}
