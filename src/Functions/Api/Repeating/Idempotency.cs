using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Repeating;

/// <summary>
/// Starts a run once, however often a caller sends the same request: the header <c>Idempotency-Key</c> stands for one request of one caller. The run's id is noted before the run is started, so that
/// a repetition after a crash in between goes on with the same run. Kept for a day in the control container.
/// </summary>
internal static class Idempotency
{
    public const string Header = "Idempotency-Key";
    public const string Folder = "idempotency/";

    /// <summary>How long a key stands for its request.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int LongestKey = 200;

    /// <param name="start">
    /// Starts the run of this id and answers. May be called again with the same id, for a request that a crash or another caller's repetition cut off: a run that exists is answered as if it had been started.
    /// </param>
    public static async Task<Answer> StartAsync(ApiRequest request, ReadOnlyMemory<byte> body, Func<RunId, Task<Answer>> start)
    {
        if (request.Headers[Header] is not { Count: > 0 } values)
            return await start(request.App.NewRun());
        if (values is not [{ Length: > 0 and <= LongestKey } key] || key.Any(c => c is < '!' or > '~'))
            throw new ProblemException(Problem.BadRequest($"an {Header} has 1 to {LongestKey} visible ASCII characters", new ProblemError(Header, "use a UUID, for example")));
        var path = PathOf(request, key);
        var (kept, etag) = await NoteAsync(request, path, DigestOf(request, body));
        if (kept.Answer is { } before)
            return before.Answer() with { Replayed = true };
        return await StartNotedAsync(request, path, kept, etag, start);
    }

    private static async Task<Answer> StartNotedAsync(ApiRequest request, string path, KeptRequest kept, string etag, Func<RunId, Task<Answer>> start)
    {
        var control = request.App.Environment.Control;
        try
        {
            var answer = await start(kept.Run);
            await control.ReplaceAsync(path, (kept with { Answer = KeptAnswer.Of(answer) }).Bytes(), etag, CancellationToken.None);
            return answer;
        }
        catch (ProblemException refused) when (refused.Problem.Status < 500)
        {
            // Nothing was started: the key may stand for the mended request.
            await control.DeleteAsync(path, etag, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Notes the request under its key, or finds what was noted before.</summary>
    private static async Task<(KeptRequest Kept, string ETag)> NoteAsync(ApiRequest request, string path, ContentDigest digest)
    {
        var control = request.App.Environment.Control;
        while (true)
        {
            var note = new KeptRequest(digest, request.App.NewRun(), request.App.Time.GetUtcNow(), null);
            if (await control.CreateAsync(path, note.Bytes(), request.Cancellation) is { } created)
                return (note, created);
            if (await control.ReadAsync(path, request.Cancellation) is not { } stored)
                continue;
            var kept = KeptRequest.Read(stored.Content.Span);
            if (request.App.Time.GetUtcNow() - kept.At > Kept)
            {
                if (await control.ReplaceAsync(path, note.Bytes(), stored.ETag, request.Cancellation) is { } replaced)
                    return (note, replaced);
                continue;
            }
            return kept.Request == digest
                ? (kept, stored.ETag)
                : throw new ProblemException(Problem.KeyReused($"this {Header} was sent before with another request: use a new key for a new request"));
        }
    }

    private static string PathOf(ApiRequest request, string key) => $"{Folder}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Caller.Id}\n{key}")))}.json";

    private static ContentDigest DigestOf(ApiRequest request, ReadOnlyMemory<byte> body) =>
        ContentDigest.Of([.. Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n"), .. body.Span]);
}

/// <param name="Request">Of method, path and body.</param>
/// <param name="Answer">Null: it was not answered yet, or the process died before.</param>
internal sealed record KeptRequest(ContentDigest Request, RunId Run, DateTimeOffset At, KeptAnswer? Answer)
{
    public static KeptRequest Read(ReadOnlySpan<byte> content) => JsonSerializer.Deserialize(content, ApiJson.Plain.KeptRequest)!;

    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Plain.KeptRequest);
}

internal sealed record KeptAnswer(int Status, string? ContentType, string? Location, string Body)
{
    public static KeptAnswer Of(Answer answer) => new(answer.Status, answer.ContentType, answer.Location, Encoding.UTF8.GetString(answer.Body.Span));

    public Answer Answer() => new(Status, Encoding.UTF8.GetBytes(Body), ContentType) { Location = Location };
}
