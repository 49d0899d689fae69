using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What keeps points from expiring.</summary>
internal sealed class HoldVerbs : Command
{
    public HoldVerbs()
        : base("hold", "Keep points from expiring and being deleted, whatever their policy says")
    {
        Add(new HoldAddVerb());
        Add(new HoldRemoveVerb());
    }
}
