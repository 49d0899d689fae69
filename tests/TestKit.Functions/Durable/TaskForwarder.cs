using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>What the generated function methods of the WebJobs host call: they hand each task to the worker.</summary>
public abstract class TaskForwarder(FunctionsHost host)
{
    private static readonly JsonSerializerSettings Verbatim = new() { DateParseHandling = DateParseHandling.None };

    protected Task<string> ForwardOrchestratorAsync(string name, string request) => host.RunOrchestratorAsync(name, request);

    protected async Task<JToken?> ForwardActivityAsync(string name, string? input, string instanceId)
    {
        var result = await host.RunActivityAsync(name, instanceId, input);
        return result is null ? null : JsonConvert.DeserializeObject<JToken>(result, Verbatim);
    }
}
