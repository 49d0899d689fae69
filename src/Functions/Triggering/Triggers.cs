using System.Collections.Immutable;
using Holdfast.Durable;

namespace Holdfast.Functions.Triggering;

/// <summary>What the app consists of: the one declaration, from which every function.json is written and every call is dispatched.</summary>
internal sealed class Triggers
{
    /// <summary>Every minute: which policies are due.</summary>
    public const string Schedule = "Schedule";

    /// <summary>Every five minutes: instances that failed because the process died under them are taken up again.</summary>
    public const string Mend = "Mend";

    /// <summary>The whole API; the pipeline routes.</summary>
    public const string Api = "Api";

    /// <summary>The output binding through which the host starts an orchestration after an answer.</summary>
    public const string Starter = "starter";

    private static readonly string[] Methods = ["get", "head", "post", "put", "patch", "delete", "options"];

    private readonly Dictionary<string, Trigger> byName;

    public Triggers(DurableRegistry registry)
    {
        All =
        [
            new Trigger.Timer(Schedule, "0 * * * * *"),
            new Trigger.Timer(Mend, "30 */5 * * * *"),
            new Trigger.Http(Api, "{*path}"),
            .. registry.Orchestrators.Order(StringComparer.Ordinal).Select(name => new Trigger.Orchestration(name)),
            .. registry.Activities.Order(StringComparer.Ordinal).Select(name => new Trigger.Activity(name)),
        ];
        byName = All.ToDictionary(trigger => trigger.Name, StringComparer.OrdinalIgnoreCase);
    }

    public ImmutableArray<Trigger> All { get; }

    public Trigger? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The bindings of a function, as the host reads them. None is called <c>$return</c>: the host would take an answer for base64 and lose it.</summary>
    public static FunctionDocument Document(Trigger trigger) => trigger switch
    {
        Trigger.Orchestration => new([new("orchestrationTrigger", "in", "context")]),
        Trigger.Activity => new([new("activityTrigger", "in", "input")]),
        Trigger.Timer timer => new([new("timerTrigger", "in", "timer") { Schedule = timer.Schedule, UseMonitor = true, RunOnStartup = false }, Client(), Starts()]),
        Trigger.Http http => new([new("httpTrigger", "in", "req") { Methods = Methods, Route = http.Route, AuthLevel = "anonymous" }, Client(), Starts(), new("http", "out", "res")]),
        _ => throw new NotSupportedException(trigger.ToString()),
    };

    private static Binding Client() => new("durableClient", "in", "client");

    private static Binding Starts() => new("durableClient", "out", Starter);
}
