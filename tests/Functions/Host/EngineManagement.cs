using System.Text.Json.Nodes;
using Holdfast.Durable.Protocol;
using Holdfast.Functions.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The Durable extension's HTTP management API over <see cref="DurableEngine"/>, as far as the app uses it.</summary>
internal sealed class EngineManagement : IAsyncDisposable
{
    private readonly WebApplication web = WebHost.Builder(0, null).Build();

    private EngineManagement()
    {
    }

    public Uri Address => new($"{web.Urls.First()}/runtime/webhooks/durabletask");

    public static async Task<EngineManagement> StartAsync(DurableEngine engine)
    {
        var management = new EngineManagement();
        management.Map(engine);
        await management.web.StartAsync();
        return management;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private void Map(DurableEngine engine)
    {
        const string Root = "/runtime/webhooks/durabletask";
        web.Use(next => http => http.Request.Query["code"] == "SYSTEMKEY" ? next(http) : Status(http, 401));
        web.UseRouting();
        web.MapPost($"{Root}/orchestrators/{{name}}/{{id}}", async http => await Status(http, engine.Start(Value(http, "name"), Value(http, "id"), await BodyAsync(http)) ? 202 : 409));
        web.MapGet($"{Root}/instances/{{id}}", http => engine.Find(Value(http, "id")) is { } found ? WriteAsync(http, Document(found)) : Status(http, 404));
        web.MapGet($"{Root}/instances", http => WriteAsync(http, new JsonArray([.. Matching(engine, http).Select(Document)])));
        web.MapPost($"{Root}/instances/{{id}}/raiseEvent/{{name}}", async http =>
        {
            var raised = new HistoryEvent { EventRaised = new() { Name = Value(http, "name"), Input = await BodyAsync(http) } };
            await Told(http, engine, raised);
        });
        web.MapPost($"{Root}/instances/{{id}}/terminate", http => Told(http, engine, new() { ExecutionTerminated = new() { Input = $"\"{http.Request.Query["reason"]}\"" } }));
        web.MapPost($"{Root}/instances/{{id}}/suspend", http => Told(http, engine, new() { ExecutionSuspended = new() }));
        web.MapPost($"{Root}/instances/{{id}}/resume", http => Told(http, engine, new() { ExecutionResumed = new() }));
        web.MapPost($"{Root}/instances/{{id}}/rewind", http => Status(http, engine.Rewind(Value(http, "id"), http.Request.Query["reason"].ToString()) ? 202 : 412));
    }

    private static Task Told(HttpContext http, DurableEngine engine, HistoryEvent happened) =>
        Status(http, engine.Find(Value(http, "id")) is null ? 404 : engine.Tell(Value(http, "id"), happened) ? 202 : 410);

    private static IEnumerable<EngineInstance> Matching(DurableEngine engine, HttpContext http)
    {
        var statuses = http.Request.Query["runtimeStatus"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        return engine.Instances.Where(i => statuses.Length == 0 || statuses.Contains(i.Status));
    }

    private static JsonObject Document(EngineInstance instance) => new()
    {
        ["name"] = instance.Name,
        ["instanceId"] = instance.Id,
        ["runtimeStatus"] = instance.Status,
        ["input"] = instance.Input is null ? null : JsonNode.Parse(instance.Input),
        ["customStatus"] = instance.CustomStatus is null ? null : JsonNode.Parse(instance.CustomStatus),
        ["output"] = Output(instance.Output),
        ["createdTime"] = instance.Created.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        ["lastUpdatedTime"] = instance.Updated.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>JSON as JSON, plain words as a string.</summary>
    private static JsonNode? Output(string? output)
    {
        try
        {
            return output is null ? null : JsonNode.Parse(output);
        }
        catch (System.Text.Json.JsonException)
        {
            return output;
        }
    }

    private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

    private static async Task<string> BodyAsync(HttpContext http) => await new StreamReader(http.Request.Body).ReadToEndAsync();

    private static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpContext http, JsonNode node)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(node.ToJsonString());
    }
}
