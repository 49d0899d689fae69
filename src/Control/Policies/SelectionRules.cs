using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Reading;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Control.Policies;

/// <summary>Reads what of a cluster a policy captures.</summary>
internal static class SelectionRules
{
    public static CaptureScope Read(DocumentSection section)
    {
        var scope = new CaptureScope
        {
            Namespaces = Checked(section, "namespaces", NamePattern.Namespaces),
            ExcludedNamespaces = Checked(section, "excludedNamespaces", NamePattern.Namespaces),
            ExcludedResources = Resources(section, "excludedResources"),
            IncludedResources = Resources(section, "includedResources"),
            LabelSelector = Selector(section, "labelSelector", "app=web"),
        };
        section.RefuseUnknown();
        RefuseBoth(section, "namespaces", scope.Namespaces, "excludedNamespaces", scope.ExcludedNamespaces);
        RefuseBoth(section, "includedResources", scope.IncludedResources, "excludedResources", scope.ExcludedResources);
        return scope;
    }

    /// <summary>Null: missing or wrong.</summary>
    public static string? Selector(DocumentSection section, string member, string example)
    {
        if (section.Text(member, example) is not { } text)
            return null;
        if (LabelSelector.TryParse(text, out var error) is not null)
            return text;
        section.Problem(
            member,
            $"'{Quoted.Short(text)}' isn't a label selector",
            Quoted.Short(error!.Split(": ", 2)[^1]),
            $"Write it as kubectl's -l takes it, such as {example} or 'env in (prod,test),!canary'"
        );
        return null;
    }

    public static ImmutableArray<string> Namespaces(DocumentSection section) => Checked(section, "namespaces", NameRule.Namespace);

    public static ImmutableArray<string> Groups(DocumentSection section, string member) => Checked(section, member, NameRule.Group);

    private static ImmutableArray<string> Resources(DocumentSection section, string member) => Checked(section, member, NameRule.Resource);

    private static ImmutableArray<string> Checked(DocumentSection section, string member, NameRule rule)
    {
        var texts = section.Texts(member, rule.Example);
        for (var i = 0; i < texts.Length; i++)
        {
            if (texts[i].Length > 0 && !rule.IsValid(texts[i]))
                section.ItemProblem(member, i, $"'{Quoted.Short(texts[i])}' {rule.What}", rule.Why, $"Write a name such as {rule.Example}");
        }
        return texts;
    }

    private static void RefuseBoth(
        DocumentSection section,
        string member,
        ImmutableArray<string> some,
        string otherMember,
        ImmutableArray<string> others
    )
    {
        foreach (var both in some.Intersect(others, StringComparer.Ordinal).Where(t => t.Length > 0))
            section.Problem(
                otherMember,
                $"'{Quoted.Short(both)}' is also listed under {member}",
                "it can't be taken and left out",
                "Remove it from one of the two"
            );
    }
}
