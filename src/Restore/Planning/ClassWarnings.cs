using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Says which default classes a restore brings beside others, and which come without being the default.</summary>
internal static class ClassWarnings
{
    private const string WithoutDefault =
        "comes along without what makes it count for the whole cluster (a default, rules added to others); a run of its own with "
        + "`--name {0}/{1}` brings it whole, with `--existing update` too once it is there";

    public static void Add(PlanWarnings warnings, PlannedSubject subject, ResourceType type, JsonObject body)
    {
        var (rules, kind) = (subject.Rules, type.Kind.ToLowerInvariant());
        if (subject.Related && rules.WithoutDefault)
            warnings.Add(type.GroupResource, null, subject.Name, new ObjectWarning(WithoutDefault, [kind, subject.Captured]));
        else if (rules is { SecondDefault: { } other, WithoutDefault: true })
        {
            warnings.Add(
                type.GroupResource,
                null,
                subject.Name,
                $"comes without globalDefault: {other} has it in the target, and the server refuses a second"
            );
        }
        else if (rules.SecondDefault is { } first && ClassRules.IsDefault(type.GroupResource, body))
            warnings.Add(
                type.GroupResource,
                null,
                subject.Name,
                $"becomes a second default beside the target's {first}: what names no class may get either. Remove one of the two markers"
            );
    }
}
