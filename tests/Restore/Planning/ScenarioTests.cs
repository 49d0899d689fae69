using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Selection;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>tests/scenarios: a live cluster, a point and a request, and the plan that they give.</summary>
public sealed class ScenarioTests
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Scenarios =>
        [
            .. Directory
                .GetDirectories(RepositoryFiles.Path("tests/scenarios"))
                .Select(d => Path.GetFileName(d))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Gives_the_plan_that_is_written_down(string scenario)
    {
        var folder = RepositoryFiles.Path($"tests/scenarios/{scenario}");
        var request = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "request.json")))!.AsObject();
        var target = new ManifestTarget(LiveOnes(YamlManifests.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "cluster.yaml")))))
        {
            Uid = request.Object("target").Text("uid") ?? ManifestPoint.ClusterUid,
            Without = [.. request.Object("target").Array("without")?.Select(t => (string)t!) ?? []],
            Versions =
                request.Object("target").Object("versions")?.ToDictionary(v => v.Key, v => (string)v.Value!, StringComparer.Ordinal) ?? [],
            ServerVersion = request.Object("target").Text("release") ?? "v1.36.2",
            Forbidden = [.. request.Object("target").Array("forbidden")?.Select(t => (string)t!) ?? []],
        };
        var point = ManifestPoint.Of(YamlManifests.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "point.yaml"))));

        var found = await PlanAsync(point, target, request);

        var file = Path.Combine(folder, "plan.json");
        if (RepositoryFiles.Accepting)
            await File.WriteAllTextAsync(file, found.ToJsonString(Readable) + "\n");
        Assert.Equal(JsonNode.Parse(await File.ReadAllTextAsync(file))!.ToJsonString(Readable), found.ToJsonString(Readable));
    }

    private static async Task<JsonObject> PlanAsync(PointManifests point, ManifestTarget target, JsonObject request)
    {
        try
        {
            return Plans.Readable(await Plans.PlanAsync(point, target, Plans.Request(request)));
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
