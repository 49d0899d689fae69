using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control;

namespace Holdfast.Cli.Verbs;

/// <summary>Records in a service's audit who held a point, or ended its hold, as the API does for its callers.</summary>
internal sealed class HoldAudit
{
    public Option<string?> Control { get; } =
        new("--control")
        {
            HelpName = "CONTROL",
            Description =
                "Record it in the audit of this service: its control folder, or the URL of its container. Default: "
                + $"{OpenedControl.Variable}; without, it isn't audited",
        };

    /// <returns>Null: no service is named, and nothing is audited.</returns>
    /// <exception cref="UsageException">There is no such control folder.</exception>
    public IDocumentStore? Open(Invocation invocation) => OpenedControl.TryOpen(invocation.Get(Control), invocation.Time);

    /// <inheritdoc cref="LocalAudit.AroundAsync"/>
    public static Task<T> AroundAsync<T>(
        Invocation invocation,
        IDocumentStore? control,
        string action,
        SealedPoint point,
        string? detail,
        Func<Task<T>> act
    ) => LocalAudit.AroundAsync(invocation, control, action, $"/api/points/{point.Seal.Cluster}/{point.Id}/hold", detail, act);
}
