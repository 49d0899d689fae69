using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>
/// Starts a run once, however often a caller sends the same request: the header <c>Idempotency-Key</c> identifies one request of one
/// caller, for a day. What is stored is the run's id, noted before the run is started: a repetition finds the run, or starts it under that
/// id where a crash came in between.
/// </summary>
internal static class Idempotency
{
    public const string Header = "Idempotency-Key";

    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int LongestKey = 200;

    /// <param name="start">Starts the run of this id; throws a problem below 500 when it never will.</param>
    public static async Task<Answer> StartAsync(ApiRequest request, ReadOnlyMemory<byte> body, Func<RunId, Task> start)
    {
        if (request.Headers[Header] is not { Count: > 0 } values)
        {
            var run = request.App.NewRun();
            await start(run);
            return RunStarts.Accepted(request, run);
        }
        if (values is not [{ Length: > 0 and <= LongestKey } key] || key.Any(c => c is < '!' or > '~'))
            throw new ProblemException(
                Problem.BadRequest(
                    $"an {Header} has 1 to {LongestKey} visible ASCII characters",
                    new ProblemError(Header, "use a UUID, for example")
                )
            );
        return await StartNotedAsync(request, PathOf(request, key), DigestOf(request, body), start);
    }

    private static async Task<Answer> StartNotedAsync(ApiRequest request, string path, ContentDigest digest, Func<RunId, Task> start)
    {
        var (noted, isNew) = await NoteAsync(request, path, digest);
        if (!isNew && await RunStarts.IsKnownAsync(request, noted.Run))
            return RunStarts.Accepted(request, noted.Run) with { Replayed = true };
        try
        {
            await start(noted.Run);
            return RunStarts.Accepted(request, noted.Run);
        }
        catch (ProblemException refused) when (refused.Problem.Status < 500)
        {
            // Nothing was started: the key may stand for the corrected request.
            await request.App.Environment.Control.DeleteAsync(path, null, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Notes the request under its key, or finds what was noted before.</summary>
    private static async Task<(NotedRequest Noted, bool IsNew)> NoteAsync(ApiRequest request, string path, ContentDigest digest)
    {
        var control = request.App.Environment.Control;
        while (true)
        {
            var note = new NotedRequest(digest, request.App.NewRun(), request.App.Time.GetUtcNow());
            var bytes = JsonSerializer.SerializeToUtf8Bytes(note, ApiJson.Plain.NotedRequest);
            if (await control.CreateAsync(path, bytes, request.Cancellation) is not null)
                return (note, true);
            if (await control.ReadAsync(path, ApiJson.Plain.NotedRequest, request.Cancellation) is not { Document: var noted } stored)
                continue;
            if (note.At - noted.At <= Kept)
                return noted.Request == digest
                    ? (noted, false)
                    : throw new ProblemException(
                        Problem.KeyReused($"this {Header} was sent before with another request: use a new key for a new request")
                    );
            if (await control.ReplaceAsync(path, bytes, stored.ETag, request.Cancellation) is not null)
                return (note, true);
        }
    }

    private static string PathOf(ApiRequest request, string key) =>
        $"{ControlPaths.Requests}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Caller.Id}\n{key}")))}.json";

    private static ContentDigest DigestOf(ApiRequest request, ReadOnlyMemory<byte> body) =>
        ContentDigest.Of([.. Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n"), .. body.Span]);
}
