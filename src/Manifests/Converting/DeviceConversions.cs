using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>Dynamic resource allocation.</summary>
internal static class DeviceConversions
{
    private const string Group = "resource.k8s.io";
    private const string Source = "kubernetes: pkg/apis/resource/v1beta1/conversion.go (DeviceRequest to ExactDeviceRequest)";
    private static readonly string[] Claims = ["ResourceClaim", "ResourceClaimTemplate"];

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Same("device-classes", ["DeviceClass"], Source, $"{Group}/v1", $"{Group}/v1beta2", $"{Group}/v1beta1"),
        Conversion.Same("resource-claims", Claims, Source, $"{Group}/v1", $"{Group}/v1beta2"),
        Conversion.Reshape(
            "resource-claims-v1beta1",
            Claims,
            [$"{Group}/v1beta1"],
            $"{Group}/v1",
            "what a request asks for goes into exactly, unless it lists alternatives (firstAvailable)",
            Source,
            ToExactly
        ),
        Conversion.Reshape(
            "resource-claims-older",
            Claims,
            [$"{Group}/v1", $"{Group}/v1beta2"],
            $"{Group}/v1beta1",
            "what exactly holds goes into the request itself",
            Source,
            FromExactly
        ),
    ];

    private static void ToExactly(ConvertedManifest subject)
    {
        foreach (var request in Requests(subject))
        {
            if (request.ContainsKey("firstAvailable"))
                continue;
            var exactly = new JsonObject();
            foreach (var field in request.Select(r => r.Key).Where(k => k != "name").ToList())
                exactly[field] = request.Take(field);
            request["exactly"] = exactly;
        }
    }

    private static void FromExactly(ConvertedManifest subject)
    {
        foreach (var request in Requests(subject))
            if (request.Take("exactly") is JsonObject exactly)
                foreach (var field in exactly.Select(e => e.Key).ToList())
                    request[field] = exactly.Take(field);
    }

    /// <summary>A template's spec holds the claim's.</summary>
    private static IEnumerable<JsonObject> Requests(ConvertedManifest subject) =>
        (subject.Manifest.Text("kind") == "ResourceClaimTemplate" ? subject.Spec.Object("spec") : subject.Spec)
            .Object("devices")
            .Objects("requests");
}
