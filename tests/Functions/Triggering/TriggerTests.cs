using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations;

namespace Holdfast.Functions.Tests.Triggering;

public sealed class TriggerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-functions-");

    public TriggerTests() => Generation.WriteFunctions(folder.FullName);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Every_orchestrator_and_activity_has_a_function_and_nothing_else_but_timers_and_the_API()
    {
        var registry = HoldfastRegistry.Create(NoEnvironment.Instance);

        Assert.Equal(
            registry.Orchestrators.Concat(registry.Activities).Concat([Triggers.Schedule, Triggers.Mend, Triggers.Api]).Order(StringComparer.Ordinal),
            folder.GetDirectories().Select(d => d.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_function_declares_a_return_binding() =>
        Assert.All(All(), bindings => Assert.DoesNotContain(bindings, b => (string)b!["name"]! == "$return"));

    [Fact]
    public void Orchestrations_and_activities_are_triggered_and_nothing_else()
    {
        foreach (var orchestrator in HoldfastRegistry.Create(NoEnvironment.Instance).Orchestrators)
            Assert.Equal("""[{"type":"orchestrationTrigger","direction":"in","name":"context"}]""", Bindings(orchestrator).ToJsonString());
        foreach (var activity in HoldfastRegistry.Create(NoEnvironment.Instance).Activities)
            Assert.Equal("""[{"type":"activityTrigger","direction":"in","name":"input"}]""", Bindings(activity).ToJsonString());
    }

    [Fact]
    public void The_API_is_one_function_that_comes_with_the_engine_and_is_therefore_not_forwarded()
    {
        var bindings = Bindings(Triggers.Api);

        Assert.Equal(["httpTrigger", "durableClient", "durableClient", "http"], bindings.Select(b => (string)b!["type"]!));
        Assert.Equal("{*path}", (string)bindings[0]!["route"]!);
        Assert.Equal("anonymous", (string)bindings[0]!["authLevel"]!);
        Assert.Equal("res", (string)bindings[3]!["name"]!);
    }

    [Theory]
    [InlineData(Triggers.Schedule), InlineData(Triggers.Mend)]
    public void A_timer_fires_by_its_schedule_and_never_because_an_instance_starts(string name)
    {
        var timer = Bindings(name)[0]!;

        Assert.Equal(6, ((string)timer["schedule"]!).Split(' ').Length);
        Assert.False((bool)timer["runOnStartup"]!);
        Assert.True((bool)timer["useMonitor"]!);
    }

    [Fact]
    public void The_hosts_settings_start_our_executable_and_leave_it_ten_minutes()
    {
        var host = JsonNode.Parse(Repository.Read("host.json"))!;

        Assert.Equal("2.0", (string)host["version"]!);
        Assert.Equal("holdfast-app", (string)host["customHandler"]!["description"]!["defaultExecutablePath"]!);
        Assert.Equal("00:10:00", (string)host["functionTimeout"]!);
        Assert.Equal("Microsoft.Azure.Functions.ExtensionBundle", (string)host["extensionBundle"]!["id"]!);
        Assert.Equal("[4.*, 5.0.0)", (string)host["extensionBundle"]!["version"]!);
        Assert.False(string.IsNullOrEmpty((string?)host["extensions"]!["durableTask"]!["hubName"]));
        Assert.Null(host["extensions"]!["durableTask"]!["extendedSessionsEnabled"]);
        Assert.Equal("api", (string)host["extensions"]!["http"]!["routePrefix"]!);
    }

    private IEnumerable<JsonArray> All() => folder.GetDirectories().Select(d => Bindings(d.Name));

    private JsonArray Bindings(string function) =>
        JsonSerializer.Deserialize<JsonObject>(File.ReadAllText(Path.Combine(folder.FullName, function, "function.json")))!["bindings"]!.AsArray();
}
