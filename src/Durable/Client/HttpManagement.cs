using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Holdfast.Durable.CustomHandler;

namespace Holdfast.Durable.Client;

/// <summary>The Durable extension's HTTP management API. It lies at the app's public address, so a call leaves the app and comes back through its front end. The system key goes along and into no message.</summary>
internal sealed class HttpManagement(HttpClient http, Uri address, string? query, JsonSerializerOptions json) : IDurableClient
{
    private const int PageSize = 100;
    private const string ContinuationToken = "x-ms-continuation-token";

    public async Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"orchestrators/{Escape(name)}/{Escape(instanceId)}", [], Sealed(input), cancellation);
        return answer.StatusCode is not HttpStatusCode.Conflict;
    }

    public async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"instances/{Escape(instanceId)}", [], body: null, cancellation);
        return answer.IsSuccessStatusCode ? await ReadAsync(answer, InstanceStates.Read, cancellation) : null;
    }

    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            using var answer = await SendAsync(HttpMethod.Get, "instances", Filter(query), body: null, cancellation, token);
            foreach (var state in await ReadAsync(answer, static page => page.EnumerateArray().Select(InstanceStates.Read).ToArray(), cancellation))
                if (!InstanceStates.IsEntity(state.InstanceId))
                    yield return state;
            token = answer.Headers.TryGetValues(ContinuationToken, out var values) ? values.First().Trim() : null;
        }
        while (!string.IsNullOrEmpty(token));
    }

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation) =>
        ChangeAsync(HttpMethod.Post, $"instances/{Escape(instanceId)}/raiseEvent/{Escape(eventName)}", [], Sealed(payload), cancellation);

    public Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => ChangeAsync(instanceId, "terminate", reason, cancellation);

    public Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => ChangeAsync(instanceId, "suspend", reason, cancellation);

    public Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => ChangeAsync(instanceId, "resume", reason, cancellation);

    public Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => ChangeAsync(instanceId, "rewind", reason, cancellation);

    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) => ChangeAsync(HttpMethod.Delete, $"instances/{Escape(instanceId)}", [], body: null, cancellation);

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static IEnumerable<(string, string)> Filter(OrchestrationQuery query)
    {
        yield return ("top", PageSize.ToString());
        yield return ("showInput", query.FetchInputsAndOutputs ? "true" : "false");
        if (query.Statuses is { Count: > 0 } statuses)
            yield return ("runtimeStatus", string.Join(',', statuses.SelectMany(InstanceStates.ToEngine)));
        if (query.CreatedFrom is { } from)
            yield return ("createdTimeFrom", from.UtcDateTime.ToString("O"));
        if (query.CreatedTo is { } to)
            yield return ("createdTimeTo", to.UtcDateTime.ToString("O"));
        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
            yield return ("instanceIdPrefix", prefix);
    }

    /// <summary>The API parses what it is given and prints it anew; sealed it stays what it is.</summary>
    private StringContent Sealed(object? payload) =>
        new(JsonPayload.WriteObject(payload, json) is { } text ? JsonPayload.Seal(text) : "null", Encoding.UTF8, InvocationAnswer.ContentType);

    private Task<bool> ChangeAsync(string instanceId, string verb, string reason, CancellationToken cancellation) =>
        ChangeAsync(HttpMethod.Post, $"instances/{Escape(instanceId)}/{verb}", [("reason", reason)], body: null, cancellation);

    private async Task<bool> ChangeAsync(HttpMethod method, string path, IEnumerable<(string, string)> arguments, HttpContent? body, CancellationToken cancellation)
    {
        using var answer = await SendAsync(method, path, arguments, body, cancellation);
        return answer.IsSuccessStatusCode;
    }

    /// <returns>Success, or one of the refusals that are answers: unknown, finished, taken, not in the right state.</returns>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, IEnumerable<(string Name, string Value)> arguments, HttpContent? body, CancellationToken cancellation, string? token = null)
    {
        var search = string.Join('&', arguments.Select(argument => $"{argument.Name}={Escape(argument.Value)}").Append(query).Where(part => !string.IsNullOrEmpty(part)));
        using var request = new HttpRequestMessage(method, $"{address.AbsoluteUri.TrimEnd('/')}/{path}?{search}") { Content = body };
        if (token is not null)
            request.Headers.Add(ContinuationToken, token);
        try
        {
            var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)
                return answer;
            using (answer)
                throw Refused(path, answer.StatusCode);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new DurableClientException($"The Durable extension's management API at {address} gave no answer to {path}: {fault.Message} It may be tried again.", isTransient: true, fault);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            return read(body.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DurableClientException($"The Durable extension's management API answered with another form of JSON than is known: {fault.Message}", isTransient: false, fault);
        }
    }

    private DurableClientException Refused(string path, HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
            $"The Durable extension's management API at {address} refused the system key ({(int)status}). Was the key renewed? A restart of the app brings the new one; access restrictions of the app may also be why.",
            isTransient: false),
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented => new(
            $"The Durable extension's management API at {address} answered {path} with {(int)status}. It may be tried again.", isTransient: true),
        _ => new($"The Durable extension's management API at {address} refused {path} with {(int)status}.", isTransient: false),
    };
}
