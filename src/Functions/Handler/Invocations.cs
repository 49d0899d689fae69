using Holdfast.Durable.Activities;
using Holdfast.Durable.Client;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Triggering;

namespace Holdfast.Functions.Handler;

/// <summary>
/// What the Functions host posts, one function a path. An answer is always 200 with a JSON object: any other fails the function, and an empty one leaves it hanging. Only what can't be a call of ours is
/// refused otherwise.
/// </summary>
internal sealed partial class Invocations(HoldfastApp app, Triggers triggers, ApiInvocation api, Draining draining, ExtensionTransport engine)
{
    /// <summary>An episode that can't be decided now is given back, and delivered again in a while: deciding it wrongly, or failing the call, would end the orchestration for good.</summary>
    private readonly ReplayExecutor executor = new(app.Registry, app.Logging) { CanRun = () => !draining.HasBegun && app.Works };
    private readonly ActivityRunner activities = new(app.Registry, app.Logging);

    public async Task HandleAsync(HttpContext http)
    {
        var name = (string)http.GetRouteValue("function")!;
        if (triggers.Find(name) is not { } trigger)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"this app has no function {name}");
            return;
        }
        using var call = draining.Enter();
        try
        {
            var body = await BodyAsync(http.Request);
            var answer = await RunAsync(trigger, body, http);
            http.Response.ContentType = InvocationAnswer.ContentType;
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        }
        catch (InvocationFormatException fault)
        {
            LogMalformed(app.Log, fault, name);
            await RefuseAsync(http, StatusCodes.Status400BadRequest, fault.Message);
        }
    }

    private async Task<byte[]> RunAsync(Trigger trigger, ReadOnlyMemory<byte> body, HttpContext http) => trigger switch
    {
        Trigger.Orchestration => InvocationAnswer.Orchestration(Episode(body.Span, trigger.Name)),
        Trigger.Activity => InvocationAnswer.Activity(await ActivityAsync(trigger.Name, body, http)),
        Trigger.Timer => await TimerAsync(trigger.Name, body),
        Trigger.Http => await ApiAsync(body, http),
        _ => throw new NotSupportedException(trigger.ToString()),
    };

    /// <summary>An episode that can't be read is given back: to refuse it would end its orchestration for good, and it may be read by a newer version of the app.</summary>
    private OrchestratorResponse Episode(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            return executor.Execute(OrchestrationPayload.Decode(body, "context"));
        }
        catch (InvocationFormatException fault)
        {
            LogMalformed(app.Log, fault, name);
            return ReplayExecutor.NotNow("");
        }
    }

    /// <summary>
    /// Runs on though the host's connection breaks, which it does when the host is about to stop or thinks that it took too long: work that is done is found again by the call's repetition.
    /// </summary>
    private async Task<string> ActivityAsync(string name, ReadOnlyMemory<byte> body, HttpContext http)
    {
        using var request = InvocationRequest.Parse(body);
        var call = request.Activity("input");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(draining.Begun, http.RequestAborted);
        return await activities.RunAsync(name, call.InstanceId, call.Input, stop.Token);
    }

    private async Task<byte[]> TimerAsync(string name, ReadOnlyMemory<byte> body)
    {
        using var request = InvocationRequest.Parse(body);
        var client = engine.Connect(request.DurableClient("client"), startsByOutput: true);
        try
        {
            if (!draining.HasBegun && app.Works)
                await Timers.RunAsync(name, app, client, draining.Begun);
            return client.Start is { } start ? InvocationAnswer.Started(Triggers.Starter, start) : InvocationAnswer.Done();
        }
        catch (Exception fault) when (fault is DurableClientException or OperationCanceledException or Holdfast.Archive.Format.ArchiveException)
        {
            // The next minute does what this one could not.
            LogTimer(app.Log, fault, name);
            return InvocationAnswer.Done([$"{name} could not be done: {fault.Message}"]);
        }
    }

    private async Task<byte[]> ApiAsync(ReadOnlyMemory<byte> body, HttpContext http)
    {
        using var request = InvocationRequest.Parse(body);
        var client = engine.Connect(request.DurableClient("client"), startsByOutput: true);
        var id = http.Request.Headers["X-Azure-Functions-InvocationId"] is [{ Length: > 0 } invocation] ? invocation : http.TraceIdentifier;
        var answer = await api.RunAsync(request.Http("req"), client, id, http.RequestAborted);
        return InvocationAnswer.Http("res", answer, Triggers.Starter, client.Start);
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>The reason phrase is all that the host keeps of a refusal.</summary>
    private static Task RefuseAsync(HttpContext http, int status, string reason)
    {
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>()!.ReasonPhrase = new([.. reason.Where(c => c is >= ' ' and <= '~').Take(200)]);
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync(reason, http.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "A call of {Function} can't be read")]
    private static partial void LogMalformed(ILogger log, Exception exception, string function);

    [LoggerMessage(LogLevel.Warning, "{Timer} could not be done, and is tried again at its next time")]
    private static partial void LogTimer(ILogger log, Exception exception, string timer);
}
