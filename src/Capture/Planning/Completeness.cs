using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Capture.Planning;

/// <summary>
/// Measures what is captured against the types that exist, not only against those that discovery lists at the moment: every
/// CustomResourceDefinition is a type with objects in the cluster's store. Pure.
/// </summary>
internal static class Completeness
{
    /// <summary>A definition's names were accepted a moment ago, and discovery doesn't list it yet: worth asking again.</summary>
    public static bool IsBehind(ApiSurface surface, CustomTypes custom) =>
        Unlisted(surface, custom).Any(d => d is { Accepted: true, Terminating: false, Served.IsEmpty: false });

    /// <summary>The types that have a definition and that discovery doesn't list.</summary>
    public static IEnumerable<PlannedType> Unlisted(ApiSurface surface, CustomTypes custom, CaptureScope scope) =>
        Unlisted(surface, custom).Select(d => Plan(d, scope));

    /// <summary>What the API server may not show of types that are captured.</summary>
    public static IEnumerable<Gap> Hidden(IEnumerable<PlannedType> types, CustomTypes custom) =>
        from type in types
        where type.State is TypeState.Captured
        let definition = custom.Find(type.Type.GroupResource)
        where definition is not null
        let fields = HiddenFields.Of(definition, type.Type.Version)
        where fields is not { IsEmpty: true }
        select new Gap(
            type.Type.GroupResource,
            null,
            fields is { } hidden ? Reason(definition, type.Type.Version, hidden) : UnreadableSchemas
        );

    /// <summary>What is captured and may not be there for long, or couldn't be looked at whole.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<PlannedType> types, CustomTypes custom) =>
        [
            .. from type in types
            where type.State is TypeState.Captured && custom.Find(type.Type.GroupResource) is { Terminating: true }
            select $"{type.Type.GroupResource} is being deleted: its objects are in this point, and go from the cluster as soon as their "
                + "finalizers let them",
            .. custom.Odd.Select(d =>
                $"the CustomResourceDefinition {d.Key} can't be understood ({d.Value}), so its objects are read at the "
                + "preferred version each time"
            ),
        ];

    private static IEnumerable<CustomType> Unlisted(ApiSurface surface, CustomTypes custom)
    {
        var listed = surface.Resources.Select(r => r.GroupResource).ToHashSet();
        var failed = surface.Failures.Select(f => f.Group).ToHashSet();
        return custom.All.Where(d => !listed.Contains(d.Type.GroupResource) && !failed.Contains(d.Type.Group));
    }

    private static PlannedType Plan(CustomType definition, CaptureScope scope)
    {
        var rule =
            scope.ExcludedResources.Contains(definition.Type.GroupResource) ? ExclusionRules.Request
            : definition.Accepted ? null
            : ExclusionRules.NotEstablished;
        return new()
        {
            Type = definition.Type,
            State = rule is null ? TypeState.Failed : TypeState.Excluded,
            Rule = rule,
            Error = rule is null ? Unreadable(definition) : null,
            Definition = definition.Definition,
            DefinitionRevision = definition.Revision,
        };
    }

    private const string UnreadableSchemas =
        "the schemas of its CustomResourceDefinition can't be read, so that fields of older stored versions may be missing";

    private static string Unreadable(CustomType definition) =>
        definition switch
        {
            { Served.IsEmpty: true } =>
                "no version of its CustomResourceDefinition is served, so that its objects can't be read: serve one of "
                    + "its versions, or exclude the type",
            { Terminating: true } =>
                "its CustomResourceDefinition is being deleted and it is served no longer, so that what is left of its "
                    + "objects can't be read",
            _ => $"its CustomResourceDefinition serves {string.Join(", ", definition.Served)}, and discovery doesn't list it: see the "
                + $"definition's conditions, and whether an APIService claims the group {definition.Type.Group}",
        };

    private static string Reason(CustomType definition, string shown, ImmutableArray<string> fields)
    {
        var others = string.Join(", ", definition.Stored.Where(v => v != shown));
        return $"objects may be stored at {others} (status.storedVersions) and are read at {shown}, whose schema doesn't have "
            + $"{string.Join(", ", fields)}: with the conversion None the API server leaves these fields out. "
            + $"Add them to {shown}, or write every object again (storage version migration) and remove {others} from "
            + "status.storedVersions";
    }
}
