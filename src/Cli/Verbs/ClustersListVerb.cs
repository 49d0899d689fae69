using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersListVerb() : ControlListVerb<ClusterEntryDocument>("List the clusters that are registered with a service")
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters list", "Those of `holdfast serve`"),
            new("holdfast clusters list -o json | jq -r '.[] | select(.policies == []) | .cluster'", "Those that no policy covers"),
        ];

    protected override JsonTypeInfo<ClusterEntryDocument[]> Json => OutputJson.Plain.ClusterEntryDocumentArray;

    protected override string None => "no cluster is registered; `holdfast clusters add` registers one";

    protected override string[] Columns => ["CLUSTER", "SIGN-IN", "SERVER", "LABELS", "POLICIES"];

    protected override IEnumerable<ClusterEntryDocument> Entries(KeptByService kept, Invocation invocation)
    {
        var policies = kept.Policies.Select(p => p.Document).OfType<ProtectionPolicy>().ToList();
        return kept.Clusters.Select(cluster => Entry(cluster, policies));
    }

    protected override string[] Row(ClusterEntryDocument entry, Ink ink) =>
        [
            entry.Cluster,
            entry.SignIn ?? ink.Red("unusable"),
            entry.Server ?? "",
            string.Join(',', entry.Labels.Select(l => $"{l.Key}={l.Value}")),
            entry.SignIn is null ? ""
            : string.Join(',', entry.Policies) is { Length: > 0 } names ? names
            : ink.Yellow("none"),
        ];

    protected override IEnumerable<string> Problems(ClusterEntryDocument entry) => entry.Problems.Select(p => $"{entry.Cluster}: {p}");

    /// <summary>The policies that cover a cluster.</summary>
    public static IEnumerable<string> Covering(ClusterRegistration cluster, IEnumerable<ProtectionPolicy> policies) =>
        policies.Where(policy => policy.Clusters.Matcher()(cluster)).Select(policy => policy.Name.ToString());

    private static ClusterEntryDocument Entry(KeptDocument<ClusterRegistration> kept, IEnumerable<ProtectionPolicy> policies) =>
        new()
        {
            Cluster = kept.Name,
            Server = kept.Document?.Endpoint?.ToString(),
            SignIn = kept.Document is { } read ? ClusterEntryDocument.SignInOf(read) : null,
            Labels = kept.Document is { } labelled ? labelled.Labels : new Dictionary<string, string>(),
            Policies = kept.Document is { } covered ? Covering(covered, policies) : [],
            Problems = kept.Problems.Select(p => p.ToString()),
        };
}
