using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Scenarios;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>tests/scenarios: a live cluster, a point and a request, and the plan that they give.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Scenarios => [.. Scenario.Names];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Gives_the_plan_that_is_written_down(string name)
    {
        var scenario = Scenario.Read(name);
        var given = scenario.Request.Object("target");
        var target = new ManifestTarget(LiveOnes(scenario.Cluster))
        {
            Uid = given.Text("uid") ?? ManifestPoint.ClusterUid,
            Without = [.. given.Array("without")?.Select(t => (string)t!) ?? []],
            Versions = given.Object("versions")?.ToDictionary(v => v.Key, v => (string)v.Value!, StringComparer.Ordinal) ?? [],
            ServerVersion = given.Text("release") ?? "v1.36.2",
            Forbidden = scenario.Forbidden,
        };
        var point = ManifestPoint.Of(scenario.Point);

        scenario.Compare(
            "plan.json",
            await PlanAsync(point, target, scenario.RestoreRequest(RuleCase.Plain.Cluster, RuleCase.Plain.Point))
        );
    }

    private static async Task<JsonObject> PlanAsync(PointManifests point, ManifestTarget target, RestoreRequest request)
    {
        try
        {
            return Plans.Readable(await Plans.PlanAsync(point, target, request));
        }
        catch (RestoreException refused)
        {
            return new()
            {
                ["refused"] = refused.Refusal.ToString(),
                ["message"] = new JsonArray([.. Said(refused).Select(l => JsonValue.Create(l))]),
            };
        }
    }

    private static IEnumerable<string> Said(RestoreException refused) => refused.Problems.IsEmpty ? [refused.Message] : refused.Problems;

    /// <summary>Live objects have a uid and a revision; those that a scenario doesn't care for are numbered.</summary>
    private static IEnumerable<JsonObject> LiveOnes(IEnumerable<JsonObject> manifests)
    {
        var number = 0;
        foreach (var manifest in manifests)
        {
            var metadata = manifest.Ensure("metadata");
            number++;
            metadata.TryAdd("uid", $"live-{number}");
            metadata.TryAdd("resourceVersion", $"{900 + number}");
            yield return manifest;
        }
    }
}
