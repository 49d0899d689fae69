using System.Collections.Immutable;

namespace Holdfast.Restore.Rules;

/// <summary>Objects that stand for resources outside the cluster; planning and creating do what these rows say.</summary>
internal static class ExternalRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Keep(
            "external-attached",
            ["*"],
            "an object of Azure Service Operator or Crossplane comes back paused, and takes its resource up again by its name once "
                + "owners and status are in place; without a policy of its own it deletes nothing outside"
        ),
        Rule.Keep(
            "external-paused",
            ["*"],
            "in another cluster it stays paused without --adopt-external: the source may still manage the resource"
        ),
        Rule.Keep(
            "external-left",
            ["*"],
            "under another namespace's name it isn't restored: two objects never manage one resource outside the cluster"
        ),
    ];
}
