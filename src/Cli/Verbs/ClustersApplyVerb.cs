using Holdfast.Cli.Editing;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersApplyVerb() : ApplyVerb<ClusterRegistration>(EditedKinds.Clusters)
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters apply -f clusters.yaml", "Registrations that are kept in Git"),
            new("holdfast clusters apply -f prod.json --dry-run", "What an edited registration would change"),
        ];
}
