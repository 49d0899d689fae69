using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Orchestrations.Failures;

namespace Holdfast.Functions.Problems;

/// <summary>Makes of every failure a problem document; of a bug one that says only where to look.</summary>
internal static partial class ProblemAnswers
{
    private const int ClientGone = 499;

    public static async Task GuardAsync(HttpContext http, RequestDelegate next, ILogger log)
    {
        http.Response.Headers["Holdfast-Request"] = http.TraceIdentifier;
        try
        {
            await next(http);
            if (Bare(http.Response) is { } bare)
                await WriteAsync(http, bare);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = ClientGone;
        }
#pragma warning disable CA1031 // The last line of defence: whatever happens, the caller gets an answer.
        catch (Exception exception)
        {
            var problem = Of(exception);
            // Settings that are wrong were logged once, at the start.
            if (problem.Status >= 500 && exception is not AppFaultException)
                LogFailure(log, exception, http.Request.Method, http.Request.Path, problem.Status);
            await WriteAsync(http, problem);
        }
#pragma warning restore CA1031
    }

    public static Problem Of(Exception exception) =>
        exception switch
        {
            ProblemException e => e.Problem,
            AuditLostException e => Problem.Bug(e.Message),
            AppFaultException e => Problem.Unavailable(e.Message),
            _ => Of(EngineFaults.Of(exception) ?? Failure.Of(exception)),
        };

    private static Problem Of(Failure failure)
    {
        var detail = failure.Next is { } next ? $"{failure.Message.TrimEnd('.')}. {next}" : failure.Message;
        return failure switch
        {
            { Side: FailureSide.Cluster } => Problem.Cluster(detail),
            { Side: FailureSide.Vault } => OfVault(failure.Code, detail),
            { Side: FailureSide.Control, Code: nameof(ControlFailure.Malformed) or nameof(ControlFailure.NewerVersion) } =>
                Problem.ControlDocument(detail),
            { Side: FailureSide.Control } or { Code: FailureCode.Engine } => Problem.Unavailable(detail),
            { Side: FailureSide.Caller } => Problem.Invalid(detail, [.. failure.Problems.Select(p => new ProblemError("", p))]),
            _ => Problem.Bug("this is a bug in holdfast; the app's log has the details"),
        };
    }

    private static Problem OfVault(string code, string detail) =>
        code switch
        {
            nameof(ArchiveFailure.NotFound) => Problem.NotFound(detail),
            nameof(ArchiveFailure.DigestMismatch)
            or nameof(ArchiveFailure.Malformed)
            or nameof(ArchiveFailure.NewerVersion)
            or nameof(ArchiveFailure.Untrusted) => Problem.Damaged(detail),
            _ => Problem.Unavailable(detail),
        };

    /// <summary>What routing answers by itself.</summary>
    private static Problem? Bare(HttpResponse response) =>
        response switch
        {
            { HasStarted: true } or { ContentType: not null } => null,
            { StatusCode: 404 } => Problem.NotFound("there is no such path in this API; /api/openapi.json lists them"),
            { StatusCode: 405 } => Problem.MethodNotAllowed($"the path takes {response.Headers.Allow}"),
            _ => null,
        };

    private static async Task WriteAsync(HttpContext http, Problem problem)
    {
        if (http.Response.HasStarted)
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(problem with { Instance = http.Request.Path.Value }, ProblemJson.Plain.Problem);
        http.Response.StatusCode = problem.Status;
        http.Response.ContentType = Problem.ContentType;
        http.Response.ContentLength = body.Length;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (problem.RetrySeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (problem.Status == 401)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} ended with {Status}")]
    private static partial void LogFailure(ILogger log, Exception exception, string method, PathString path, int status);
}
