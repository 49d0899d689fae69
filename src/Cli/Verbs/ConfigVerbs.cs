using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>The settings of this program.</summary>
internal sealed class ConfigVerbs : Command
{
    public ConfigVerbs()
        : base("config", "The settings of this program, from options, environment and configuration file") => Add(new ConfigShowVerb());
}
