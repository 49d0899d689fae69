using Holdfast.Cli.Invoking;
using Holdfast.Cli.Runs;
using Holdfast.Control;
using Holdfast.Control.Auditing;

namespace Holdfast.Cli.Editing;

/// <summary>Records in a service's audit what a person did here, as the API does for its callers.</summary>
internal static class LocalAudit
{
    /// <summary>Does it; whether it succeeded is recorded before this returns.</summary>
    /// <param name="control">Null: no service is named, and nothing is audited.</param>
    /// <param name="target">A path below <c>/api</c>.</param>
    public static async Task<T> AroundAsync<T>(
        Invocation invocation,
        IDocumentStore? control,
        string action,
        string target,
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
                Target = target,
                From = Environment.MachineName,
                Outcome = outcome,
                RequestId = LocalRun.Here,
                Detail = detail,
            };
        if (control is null)
            return await act();
        var audit = new AuditLog(control);
        var outcome = AuditOutcome.Failed;
        try
        {
            var done = await act();
            outcome = AuditOutcome.Succeeded;
            return done;
        }
        finally
        {
            await audit.AppendAsync(Record(outcome), CancellationToken.None);
        }
    }
}
