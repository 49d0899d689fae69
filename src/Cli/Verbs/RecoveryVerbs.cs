using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about recoveries over several scopes.</summary>
internal sealed class RecoveryVerbs : Command
{
    public RecoveryVerbs()
        : base("recovery", "Plan and run restores of several scopes and clusters as one")
    {
        Add(new RecoveryPlanVerb());
        Add(new RecoveryRunVerb());
    }
}
