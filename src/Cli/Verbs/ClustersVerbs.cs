using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about clusters rather than points.</summary>
internal sealed class ClustersVerbs : Command
{
    public ClustersVerbs()
        : base("clusters", "Look at clusters") => Add(new ClustersCheckVerb());
}
