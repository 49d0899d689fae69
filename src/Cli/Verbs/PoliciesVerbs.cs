using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about a service's policies.</summary>
internal sealed class PoliciesVerbs : Command
{
    public PoliciesVerbs()
        : base("policies", "Say which clusters a service captures, when, and how long points are kept")
    {
        Add(new PoliciesAddVerb());
        Add(new PoliciesApplyVerb());
        Add(new PoliciesCheckVerb());
        Add(new PoliciesListVerb());
        Add(new PoliciesShowVerb());
        Add(new PoliciesNextVerb());
        Add(new PoliciesRemoveVerb());
    }
}
