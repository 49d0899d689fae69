using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Machine.Faults;

namespace Holdfast.Manifests.Converting;

/// <summary>HorizontalPodAutoscalers: v2beta1 had its metrics in another shape, v1 knows one metric only.</summary>
internal static class AutoscalerConversions
{
    private const string V2 = "autoscaling/v2";
    private const string Behavior = "autoscaling.alpha.kubernetes.io/behavior";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Same(
            "autoscalers",
            ["HorizontalPodAutoscaler"],
            "kubernetes: pkg/apis/autoscaling/{v2,v2beta2}/zz_generated.conversion.go",
            V2,
            "autoscaling/v2beta2"
        ),
        Conversion.Reshape(
            "autoscalers-v2beta1",
            ["HorizontalPodAutoscaler"],
            ["autoscaling/v2beta1"],
            V2,
            "each metric gets a target with its type (Utilization, AverageValue, Value) and is named by metric.name; the target object "
                + "of an object metric becomes describedObject; the annotation autoscaling.alpha.kubernetes.io/behavior becomes "
                + "spec.behavior",
            "kubernetes: pkg/apis/autoscaling/v2beta1/conversion.go",
            FromV2Beta1
        ),
        Conversion.Reshape(
            "autoscalers-v1",
            ["HorizontalPodAutoscaler"],
            [V2],
            "autoscaling/v1",
            "a target of CPU utilization becomes targetCPUUtilizationPercentage; any other metric, and a behavior, is refused",
            "kubernetes: pkg/apis/autoscaling/v1/conversion.go",
            ToV1
        ),
    ];

    private static void FromV2Beta1(ConvertedManifest subject)
    {
        foreach (var metric in subject.Spec.Objects("metrics"))
        {
            Resource(metric.Object("resource"));
            Resource(metric.Object("containerResource"));
            Named(metric.Object("pods"), "selector", "targetValue", "targetAverageValue");
            if (metric.Object("object") is { } described)
            {
                described["describedObject"] = described.Take("target");
                Named(described, "selector", "targetValue", "averageValue");
            }
            Named(metric.Object("external"), "metricSelector", "targetValue", "targetAverageValue");
        }
        TakeBehavior(subject);
    }

    private static void Resource(JsonObject? resource)
    {
        if (resource is null)
            return;
        var utilization = resource.Take("targetAverageUtilization");
        var average = resource.Take("targetAverageValue");
        resource["target"] = utilization is not null
            ? new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = utilization }
            : new JsonObject { ["type"] = "AverageValue", ["averageValue"] = average };
    }

    /// <summary>v2beta1 asks an object metric for a value even where the average counts.</summary>
    private static void Named(JsonObject? source, string selector, string value, string average)
    {
        if (source is null)
            return;
        var metric = new JsonObject { ["name"] = source.Take("metricName") };
        if (source.Take(selector) is { } selected)
            metric["selector"] = selected;
        var (plain, mean) = (source.Take(value), source.Take(average));
        source["metric"] = metric;
        source["target"] = mean is not null
            ? new JsonObject { ["type"] = "AverageValue", ["averageValue"] = mean }
            : new JsonObject { ["type"] = "Value", ["value"] = plain };
    }

    /// <summary>The server wrote it there as Go's names of an inner type (<c>ScaleUp</c>).</summary>
    private static void TakeBehavior(ConvertedManifest subject)
    {
        if (subject.Manifest.Object("metadata").Object("annotations") is not { } annotations || annotations.Text(Behavior) is not { } text)
            return;
        try
        {
            if (ManifestJson.ParseText(text) is not JsonObject behavior || subject.Spec is not { } spec)
                return;
            spec["behavior"] = Lowered(behavior);
            annotations.Remove(Behavior);
            if (annotations.Count == 0)
                subject.Manifest.Object("metadata")!.Remove("annotations");
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            subject.Note($"its annotation {Behavior} can't be read: it comes back without a behavior of its own");
        }
    }

    private static JsonNode? Lowered(JsonNode? node) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.Where(m => m.Value is not null).Select(m => KeyValuePair.Create(Lowered(m.Key), Lowered(m.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(Lowered)]),
            _ => node?.DeepClone(),
        };

    private static string Lowered(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..];

    private static void ToV1(ConvertedManifest subject)
    {
        if (subject.Spec is not { } spec)
            return;
        if (spec.ContainsKey("behavior"))
        {
            subject.Refuse("the target serves autoscaling/v1 only, which has no behavior: restore it where autoscaling/v2 is served");
            return;
        }
        var metrics = spec.Array("metrics");
        if (metrics is null or { Count: 0 })
            return;
        if (CpuUtilization(metrics) is not { } percentage)
        {
            subject.Refuse(
                "the target serves autoscaling/v1 only, which scales by CPU utilization alone: restore it where autoscaling/v2 is served"
            );
            return;
        }
        spec.Remove("metrics");
        spec["targetCPUUtilizationPercentage"] = percentage;
    }

    private static int? CpuUtilization(JsonArray metrics)
    {
        if (metrics is not [JsonObject only] || only.Text("type") != "Resource" || only.Object("resource").Text("name") != "cpu")
            return null;
        var target = only.Object("resource").Object("target");
        return target.Text("type") == "Utilization" ? target.Number("averageUtilization") : null;
    }
}
