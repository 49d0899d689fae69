using Holdfast.Cli.Editing;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Policies;

namespace Holdfast.Cli.Verbs;

internal sealed class PoliciesApplyVerb() : ApplyVerb<ProtectionPolicy>(EditedKinds.Policies)
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast policies apply -f policies.yaml", "Policies that are kept in Git"),
            new("holdfast policies apply -f nightly.json --dry-run -o json", "Would it change anything?"),
        ];
}
