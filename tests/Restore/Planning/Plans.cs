using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Plans without a vault and without a server.</summary>
internal static class Plans
{
    public const string Run = "0a1b2c3d4e5f";

    public static Task<RestorePlan> PlanAsync(PointManifests point, ManifestTarget target, RestoreRequest? request = null) =>
        new RestorePlanner(
            point,
            _ => Task.FromResult(target.Read()),
            new FakeTimeProvider(SamplePoint.Time),
            () => new SecretDigests(new byte[32])
        ).PlanAsync(request ?? RuleCase.Plain, Run, null, CancellationToken.None);

    public static Task<RestorePlan> PlanAsync(string pointYaml, string clusterYaml, RestoreRequest? request = null) =>
        PlanAsync(ManifestPoint.Of(YamlManifests.Parse(pointYaml)), new ManifestTarget(YamlManifests.Parse(clusterYaml)), request);

    /// <summary>The part of a plan that a person reviews.</summary>
    public static JsonObject Readable(RestorePlan plan)
    {
        var readable = Parts(plan);
        if (plan.Isolation is { } isolation)
            readable["isolation"] = Readable(isolation);
        return readable;
    }

    private static JsonObject Parts(RestorePlan plan) =>
        new()
        {
            ["steps"] = new JsonArray([.. plan.Steps.Select(Readable)]),
            ["warnings"] = new JsonArray([.. plan.Warnings.Select(w => JsonValue.Create(w))]),
            ["volumes"] = new JsonArray([.. plan.Volumes.Select(v => JsonValue.Create(v))]),
        };

    private static JsonObject Readable(CloneIsolation isolation)
    {
        var changed = new JsonObject();
        foreach (var (part, objects) in isolation.Changed)
            changed[part.ToString()] = objects;
        return new()
        {
            ["namespaces"] = new JsonArray([.. isolation.Namespaces.Select(n => JsonValue.Create(n))]),
            ["kept"] = new JsonArray([.. isolation.Kept.Select(k => JsonValue.Create(k.ToString()))]),
            ["changed"] = changed,
        };
    }

    public static string Line(RestoreStep step) =>
        $"{step.Action} {step.Resource} {(step.Namespace is null ? "" : step.Namespace + "/")}{step.Name}";

    private static JsonObject Readable(RestoreStep step)
    {
        var readable = new JsonObject { ["action"] = step.Action.ToString().ToLowerInvariant(), ["resource"] = step.Resource };
        if (step.Namespace is not null)
            readable["namespace"] = step.Namespace;
        readable["name"] = step.Name;
        readable["reason"] = step.Reason;
        if (step.Related)
            readable["related"] = true;
        if (step.Because is not null)
            readable["because"] = step.Because;
        if (step.Incomplete)
            readable["incomplete"] = true;
        if (step.Diff.Length > 0)
            readable["diff"] = new JsonArray([.. step.Diff.Select(Readable)]);
        return readable;
    }

    private static JsonObject Readable(FieldDiff diff)
    {
        var readable = new JsonObject { ["path"] = diff.Path };
        if (diff.Live is not null)
            readable["live"] = JsonNode.Parse(diff.Live);
        if (diff.Desired is not null)
            readable["desired"] = JsonNode.Parse(diff.Desired);
        if (diff.Stays)
            readable["stays"] = true;
        return readable;
    }
}
