using System.CommandLine;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>The service whose documents are read or edited: the same option wherever they are.</summary>
internal sealed class ControlOption
{
    public Option<string?> Control { get; } =
        new("--control")
        {
            HelpName = "CONTROL",
            Description =
                $"The service's control folder, or the URL of its container. Default: {OpenedControl.Variable}, then the folder of "
                + "`holdfast serve`",
        };

    /// <exception cref="Errors.UsageException">What is named isn't there.</exception>
    public EditedControl Open(Invocation invocation) => OpenedControl.OpenToEdit(invocation.Get(Control), invocation.Time);
}
