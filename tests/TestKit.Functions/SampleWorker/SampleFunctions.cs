using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.SampleWorker;

/// <summary>The durable client over HTTP, and what a request looks like in a worker.</summary>
public static class SampleFunctions
{
    private static int ticks;

    [Function("Tick")]
    public static void Tick([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => ticks += timer.IsPastDue ? 100 : 1;

    [Function("Broken")]
    public static void Broken([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => throw new InvalidOperationException("the timer failed");

    [Function("Ticks")]
    public static IActionResult Ticks([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult(ticks);

    [Function("Request")]
    public static async Task<IActionResult> Request(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "request/{*path}")] HttpRequest request,
        string path
    )
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        return new OkObjectResult(
            new
            {
                Url = request.GetEncodedUrl(),
                Path = path,
                Body = body,
                Length = request.ContentLength,
            }
        );
    }

    [Function("Start")]
    public static async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string name,
        string id
    )
    {
        using var reader = new StreamReader(request.Body);
        var input = JsonElement.Parse(await reader.ReadToEndAsync());
        try
        {
            return new OkObjectResult(await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id)));
        }
        catch (DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException exists)
        {
            return new ConflictObjectResult(exists.Message);
        }
    }

    [Function("Get")]
    public static async Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "instances/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id
    ) =>
        await client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found
            ? new OkObjectResult(
                new
                {
                    Status = found.RuntimeStatus.ToString(),
                    Output = found.SerializedOutput,
                    CustomStatus = found.SerializedCustomStatus,
                }
            )
            : new NotFoundResult();

    [Function("Query")]
    public static async Task<IActionResult> Query(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "instances")] HttpRequest request,
        [DurableClient] DurableTaskClient client
    )
    {
        var ids = new List<string>();
        await foreach (
            var instance in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = request.Query["prefix"], PageSize = 2 })
        )
            ids.Add(instance.InstanceId);
        return new OkObjectResult(ids);
    }

    [Function("Change")]
    public static async Task<IActionResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "instances/{id}/{verb}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        string verb
    )
    {
        await (
            verb switch
            {
                "go" => client.RaiseEventAsync(id, "go", "hello"),
                "terminate" => client.TerminateInstanceAsync(id, "stopped"),
                "suspend" => client.SuspendInstanceAsync(id, "asked"),
                "resume" => client.ResumeInstanceAsync(id, "asked"),
                "purge" => client.PurgeInstanceAsync(id),
                _ => throw new ArgumentException($"no such verb: {verb}"),
            }
        );
        return new OkResult();
    }
}
