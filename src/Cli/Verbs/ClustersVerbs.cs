using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about clusters rather than points.</summary>
internal sealed class ClustersVerbs : Command
{
    public ClustersVerbs()
        : base("clusters", "Register clusters with a service, and look at them")
    {
        Add(new ClustersAddVerb());
        Add(new ClustersApplyVerb());
        Add(new ClustersListVerb());
        Add(new ClustersShowVerb());
        Add(new ClustersRemoveVerb());
        Add(new ClustersCheckVerb());
    }
}
