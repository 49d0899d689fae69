using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Manifests;
using Xunit;

namespace Holdfast.TestKit.Scenarios;

/// <summary>A folder of tests/scenarios (its README says what is in it): a cluster, a point, a request, and what they give.</summary>
public sealed class Scenario
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string folder;

    private Scenario(string name)
    {
        Name = name;
        folder = RepositoryFiles.Path($"tests/scenarios/{name}");
        Request = JsonNode.Parse(Text("request.json"))!.AsObject();
    }

    public static IEnumerable<string> Names =>
        Directory.GetDirectories(RepositoryFiles.Path("tests/scenarios")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    public string Name { get; }

    public JsonObject Request { get; }

    public string PointText => Text("point.yaml");

    public IReadOnlyList<JsonObject> Point => YamlManifests.Parse(PointText);

    public IReadOnlyList<JsonObject> Cluster => YamlManifests.Parse(Text("cluster.yaml"));

    public JsonObject Plan => JsonNode.Parse(Text("plan.json"))!.AsObject();

    /// <summary>The simulated release that it is for; null: it runs on the real server.</summary>
    public string? SimulatedOnly => Request.Object("simulated").Text("release");

    /// <summary>The release that is simulated for it.</summary>
    public string Release =>
        SimulatedOnly ?? (Request.Object("target").Text("release") is { } old ? string.Join('.', old[1..].Split('.')[..2]) : "1.36");

    /// <summary>No server that these tests have can hold the point's objects, or the point is of another cluster: it is written.</summary>
    public bool IsWritten => Request.ContainsKey("written");

    /// <summary>Of the cluster that is restored into, where the point is of another one; null: it is of the same.</summary>
    public string? TargetUid => Request.Object("target").Text("uid");

    /// <summary>Types that whoever restores may not use.</summary>
    public IReadOnlyList<string> Forbidden => [.. Request.Object("target").Array("forbidden")?.Select(t => (string)t!) ?? []];

    /// <summary>What becomes of each written object stands in result.json, or is to be written there.</summary>
    public bool HasResult => RepositoryFiles.Accepting || File.Exists(Path.Combine(folder, "result.json"));

    public static Scenario Read(string name) => new(name);

    public RestoreRequest RestoreRequest(ClusterName cluster, PointId point) => ScenarioRequest.Of(Request, cluster, point);

    /// <summary>Fails where a file of the folder says something else; writes it instead where tests accept.</summary>
    /// <param name="found">Null: the file has to be missing.</param>
    public void Compare(string file, JsonObject? found)
    {
        var path = Path.Combine(folder, file);
        if (RepositoryFiles.Accepting)
            Accept(path, found);
        var expected = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.ToJsonString(Readable) : null;
        Assert.Equal(expected, found?.ToJsonString(Readable));
    }

    private static void Accept(string path, JsonObject? found)
    {
        if (found is null)
            File.Delete(path);
        else
            File.WriteAllText(path, found.ToJsonString(Readable) + "\n");
    }

    private string Text(string file) => File.ReadAllText(Path.Combine(folder, file));
}
