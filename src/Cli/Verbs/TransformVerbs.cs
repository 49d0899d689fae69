using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about files of transforms.</summary>
internal sealed class TransformVerbs : Command
{
    public TransformVerbs()
        : base("transform", "Try what a restore would change in manifests") => Add(new TransformTestVerb());
}
