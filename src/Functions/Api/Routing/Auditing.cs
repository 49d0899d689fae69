using Holdfast.Control.Auditing;
using Holdfast.Functions.Access;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Api.Routing;

/// <summary>
/// A record in the audit for each call that changes something, or tries to, and for each read of secret data. The caller gets the answer
/// only when the record is kept; a caller who goes away doesn't keep it from being written.
/// </summary>
internal static partial class Auditing
{
    /// <summary>Runs a mutating route and records what came of it.</summary>
    public static async Task<Answer> AroundAsync(ApiRoute route, ApiRequest request)
    {
        try
        {
            var answer = await route.Handle(request);
            await AppendAsync(request, route.Operation, AuditOutcome.Succeeded, request.AuditDetail);
            return answer;
        }
        catch (Exception fault) when (fault is not AuditLostException)
        {
            var problem = ProblemAnswers.Of(fault);
            var refused = problem.Status is >= 400 and < 500;
            await TryAppendAsync(request, route.Operation, refused ? AuditOutcome.Refused : AuditOutcome.Failed, problem.Detail);
            throw;
        }
    }

    /// <summary>The caller's role does not let it.</summary>
    public static Task DeniedAsync(ApiRequest request, ApiRoute route) =>
        TryAppendAsync(
            request,
            route.Operation,
            AuditOutcome.Refused,
            $"needs one of the roles {route.Needs.Names()}, has {request.Caller.Roles.Names()}"
        );

    /// <summary>To be called before the data is given out.</summary>
    public static Task SecretsReadAsync(ApiRequest request, int secrets) =>
        AppendAsync(request, "manifests.read-secrets", AuditOutcome.Succeeded, $"{secrets} Secrets");

    private static async Task AppendAsync(ApiRequest request, string action, AuditOutcome outcome, string? detail)
    {
        try
        {
            await new AuditLog(request.App.Environment.Control).AppendAsync(
                Record(request, action, outcome, detail),
                CancellationToken.None
            );
        }
        catch (Exception fault)
        {
            throw new AuditLostException(action, fault);
        }
    }

    /// <summary>Of what was not done: the caller gets the reason, whether the record can be kept or not.</summary>
    private static async Task TryAppendAsync(ApiRequest request, string action, AuditOutcome outcome, string? detail)
    {
        try
        {
            await AppendAsync(request, action, outcome, detail);
        }
        catch (AuditLostException lost)
        {
            LogLost(request.App.Log, lost, action, request.Caller.Id, request.Path, outcome);
        }
    }

    private static AuditRecord Record(ApiRequest request, string action, AuditOutcome outcome, string? detail) =>
        new()
        {
            At = request.App.Time.GetUtcNow(),
            Who = new(request.Caller.Id, request.Caller.Name),
            Action = action,
            Target = request.Path,
            From = request.From,
            Outcome = outcome,
            RequestId = request.Id,
            Detail = detail,
        };

    [LoggerMessage(LogLevel.Error, "{Action} by {Caller} of {Path} ({Outcome}) is missing in the audit, which could not be written")]
    private static partial void LogLost(ILogger log, Exception exception, string action, string caller, string path, AuditOutcome outcome);
}
