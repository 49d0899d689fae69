using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesListVerb()
    : ControlListVerb<PolicyEntryDocument>("List the policies of a service, what they cover and when they run next")
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies list", "Those of `holdfast serve`"),
            new("holdfast policies list -o json | jq -r '.[] | select(.clusters == []) | .policy'", "Those that cover no cluster"),
        ];

    protected override JsonTypeInfo<PolicyEntryDocument[]> Json => OutputJson.Plain.PolicyEntryDocumentArray;

    protected override string None => "there is no policy; `holdfast policies add` makes one";

    protected override string[] Columns => ["POLICY", "SCHEDULE", "NEXT", "CLUSTERS"];

    protected override IEnumerable<PolicyEntryDocument> Entries(KeptByService kept, Invocation invocation) =>
        kept.Policies.Select(policy => PolicyEntries.Of(policy, kept.Clusters, invocation.Time));

    protected override string[] Row(PolicyEntryDocument entry, Ink ink) =>
        [
            entry.Policy,
            entry.Schedule is { } schedule ? $"{schedule.Cron} {schedule.TimeZone}" : ink.Red("unusable"),
            entry.Next is { } next ? Readable.Time(next)
            : entry.Paused is null ? ""
            : ink.Yellow("paused"),
            string.Join(',', entry.Clusters),
        ];

    protected override IEnumerable<string> Problems(PolicyEntryDocument entry) => entry.Problems.Select(p => $"{entry.Policy}: {p}");
}
