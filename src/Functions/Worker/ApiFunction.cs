using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Worker;

/// <summary>The whole API as one function; its own pipeline routes, so that it is the same under <c>serve</c>.</summary>
public sealed class ApiFunction
{
    /// <summary>Anonymous to the host: who may call is the app's own decision, not a shared key's.</summary>
    [Function("Api")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options", Route = "{*path}")]
            HttpRequest request,
        [DurableClient] DurableTaskClient engine,
        FunctionContext context
    )
    {
        var http = request.HttpContext;
        // What the worker's own routing has found is this function: the API does its own routing.
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        http.TraceIdentifier = context.InvocationId;
        http.Features.Set(engine);
        await context.InstanceServices.GetRequiredService<ApiEndpoint>().Run(http);
        return new EmptyResult();
    }
}
