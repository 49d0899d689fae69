using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Kubernetes;

/// <summary>
/// Microsoft.ContainerService 2025-08-01, <c>locations/REGION/kubernetesVersions</c>: what each region offers. A region that isn't named
/// offers what is given for <c>*</c>.
/// </summary>
public sealed class OfferedVersions : ArmType
{
    private readonly Dictionary<string, string[]> byRegion = new(StringComparer.OrdinalIgnoreCase)
    {
        ["*"] = ["1.32.4", "1.32.5", "1.33.1", "1.33.2", "1.34.0"],
    };

    public override string Type => "Microsoft.ContainerService/locations/kubernetesVersions";

    public override IReadOnlyList<string> ApiVersions => [ManagedClusters.Version];

    /// <summary>Versions that only the plan for long-term support has.</summary>
    public HashSet<string> LongTerm { get; } = [];

    /// <summary>Minor versions that are previews.</summary>
    public HashSet<string> Previews { get; } = [];

    public void Set(string region, params string[] versions) => byRegion[region] = versions;

    public bool Has(string region, string version) => Of(region).Contains(version);

    public override ArmReply Handle(ArmRequest request)
    {
        var region = request.Id.Path.Split('/')[^2];
        var minors = Of(region).GroupBy(v => string.Join('.', v.Split('.')[..2])).Select(Minor);
        return ArmReply.Ok(new JsonObject { ["values"] = new JsonArray([.. minors]) });
    }

    private string[] Of(string region) => byRegion.TryGetValue(region, out var own) ? own : byRegion["*"];

    private JsonObject Minor(IGrouping<string, string> minor)
    {
        var patches = new JsonObject();
        foreach (var patch in minor)
            patches[patch] = new JsonObject { ["upgrades"] = new JsonArray() };
        var plan = LongTerm.Contains(minor.Key) ? "AKSLongTermSupport" : "KubernetesOfficial";
        var shown = new JsonObject
        {
            ["version"] = minor.Key,
            ["capabilities"] = new JsonObject { ["supportPlan"] = new JsonArray(plan) },
            ["patchVersions"] = patches,
        };
        if (Previews.Contains(minor.Key))
            shown["isPreview"] = true;
        return shown;
    }
}
