using System.Text.Json.Nodes;
using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Tests.Host;

/// <summary>Payloads of a real Functions host, as recorded, to functions of ours with the same bindings.</summary>
public sealed class RecordedPayloadTests
{
    [Fact]
    public async Task A_recorded_timer_starts_the_look_at_the_policies()
    {
        await using var rig = await HostRig.StartAsync();

        var answer = await rig.Host.InvokeAsync(Triggers.Schedule, Data("002-TimerStarter"));

        Assert.Equal(Orchestrators.RunDuePolicies, (string)answer["Outputs"]!["starter"]!["FunctionName"]!);
    }

    [Fact]
    public async Task A_recorded_request_is_routed_by_its_own_path_and_answered_in_the_hosts_form()
    {
        await using var rig = await HostRig.StartAsync();
        var data = Data("119-HttpStart");
        data["req"]!["Headers"]![Functions.Access.PlatformPrincipal.Header] = new JsonArray(ApiBench.Principal("Operator"));

        var unknown = await rig.Host.InvokeAsync(Triggers.Api, data.DeepClone().AsObject());
        data["req"]!["Url"] = "http://127.0.0.1:17790/api/captures";
        var refused = await rig.Host.InvokeAsync(Triggers.Api, data);

        Assert.Equal(404, (int)unknown["Outputs"]!["res"]!["statusCode"]!);
        Assert.Equal(400, (int)refused["Outputs"]!["res"]!["statusCode"]!);
        Assert.Equal("/k", (string)JsonNode.Parse((string)refused["Outputs"]!["res"]!["body"]!)!["errors"]![0]!["path"]!);
    }

    private static JsonObject Data(string recording) => JsonNode.Parse(Repository.Read($"tests/vectors/durable/{recording}.json"))!["body"]!["Data"]!.AsObject().DeepClone().AsObject();
}
