using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Functions.Api.Routing;
using Holdfast.Restore;

namespace Holdfast.Functions.Problems;

/// <summary>Makes of every failure a problem document; of a bug one that tells the caller nothing but where to look.</summary>
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
            ArchiveException e => OfArchive(e),
            ControlException e => e.IsOfDocument ? Problem.ControlDocument(e.Message) : Problem.Unavailable(e.Message),
            RegistrationException e => Problem.Invalid(e.Message),
            ClusterException e => Problem.Cluster(e.Message),
            RestoreException e => Problem.Invalid(e.Message),
            _ when EngineFaults.Of(exception) is { } fault => Problem.Unavailable(fault),
            _ => Problem.Bug("this is a bug in holdfast; the app's log has the details"),
        };

    private static Problem OfArchive(ArchiveException e) =>
        e.Failure switch
        {
            ArchiveFailure.NotFound => Problem.NotFound(e.Message),
            ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed or ArchiveFailure.NewerVersion or ArchiveFailure.Untrusted =>
                Problem.Damaged(e.Message),
            _ => Problem.Unavailable(e.Message),
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
