using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Runs;
using Holdfast.Control;
using Holdfast.Control.Auditing;

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

    /// <summary>Does it; whether it succeeded is recorded before this returns.</summary>
    public static async Task<T> AroundAsync<T>(
        Invocation invocation,
        IDocumentStore? control,
        string action,
        SealedPoint point,
        string? detail,
        Func<Task<T>> act
    )
    {
        AuditRecord Record(AuditOutcome outcome) =>
            new()
            {
                At = invocation.Time.GetUtcNow(),
                Who = new("local", Environment.UserName),
                Action = action,
                Target = $"/api/points/{point.Seal.Cluster}/{point.Id}/hold",
                From = Environment.MachineName,
                Outcome = outcome,
                RequestId = LocalRun.Here,
                Detail = detail,
            };
        if (control is null)
            return await act();
        var audit = new AuditLog(control);
        try
        {
            var done = await act();
            await audit.AppendAsync(Record(AuditOutcome.Succeeded), CancellationToken.None);
            return done;
        }
        catch (ArchiveException)
        {
            await audit.AppendAsync(Record(AuditOutcome.Failed), CancellationToken.None);
            throw;
        }
    }
}
