using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>Ingresses, network policies and the Gateway API.</summary>
internal static class NetworkConversions
{
    private const string Stable = "networking.k8s.io/v1";
    private const string Beta = "networking.k8s.io/v1beta1";
    private const string Extensions = "extensions/v1beta1";
    private const string Source = "kubernetes 1.19: pkg/apis/{networking,extensions}/v1beta1/conversion.go; deprecation guide, v1.22";
    private const string Gateway = "gateway.networking.k8s.io";
    private const string GatewaySource = "gateway-api: apis/v1beta1 and apis/v1alpha2 alias the types of apis/v1";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Reshape(
            "ingresses",
            ["Ingress"],
            [Beta, Extensions],
            Stable,
            "spec.backend becomes defaultBackend; serviceName and servicePort become service.name and service.port, by number or name; a "
                + "missing pathType becomes ImplementationSpecific, as it was; the annotation kubernetes.io/ingress.class stays",
            Source,
            ToStable
        ),
        Conversion.Same("ingresses-beta", ["Ingress"], Source, Beta, Extensions),
        Conversion.Reshape(
            "ingresses-older",
            ["Ingress"],
            [Stable],
            Beta,
            "the other way round",
            Source,
            subject => Backends(subject, "defaultBackend", "backend", ToBeta)
        ),
        Conversion.Same(
            "ingress-classes",
            ["IngressClass"],
            "kubernetes 1.19: pkg/apis/networking/v1beta1/zz_generated.conversion.go",
            Stable,
            Beta
        ),
        Conversion.Same("service-ranges", ["ServiceCIDR"], "kubernetes 1.33: pkg/apis/networking/v1beta1", Stable, Beta),
        Conversion.Same(
            "network-policies",
            ["NetworkPolicy"],
            "kubernetes 1.15: pkg/apis/extensions/v1beta1/conversion.go; deprecation guide, v1.16",
            Stable,
            Extensions
        ),
        Conversion.Same(
            "gateways",
            ["GatewayClass", "Gateway", "HTTPRoute"],
            GatewaySource,
            $"{Gateway}/v1",
            $"{Gateway}/v1beta1",
            $"{Gateway}/v1alpha2"
        ),
        Conversion.Same("grpc-routes", ["GRPCRoute"], GatewaySource, $"{Gateway}/v1", $"{Gateway}/v1alpha2"),
        Conversion.Same(
            "reference-grants",
            ["ReferenceGrant"],
            GatewaySource,
            $"{Gateway}/v1",
            $"{Gateway}/v1beta1",
            $"{Gateway}/v1alpha2"
        ),
    ];

    private static void ToStable(ConvertedManifest subject)
    {
        Backends(subject, "backend", "defaultBackend", ToService);
        foreach (var path in Paths(subject))
            path.TryAdd("pathType", "ImplementationSpecific");
    }

    private static void Backends(ConvertedManifest subject, string from, string to, Action<JsonObject> convert)
    {
        if (subject.Spec is not { } spec)
            return;
        if (spec.Take(from) is JsonObject whole)
        {
            convert(whole);
            spec[to] = whole;
        }
        foreach (var path in Paths(subject))
            if (path.Object("backend") is { } backend)
                convert(backend);
    }

    private static IEnumerable<JsonObject> Paths(ConvertedManifest subject) =>
        subject.Spec.Objects("rules").SelectMany(r => r.Object("http").Objects("paths"));

    /// <summary>A backend that refers to a resource has none of this.</summary>
    private static void ToService(JsonObject backend)
    {
        var (name, port) = (backend.Take("serviceName"), backend.Take("servicePort"));
        if (name is null && port is null)
            return;
        var service = new JsonObject { ["name"] = name };
        if (port is not null)
            service["port"] = new JsonObject { [port.GetValueKind() == JsonValueKind.Number ? "number" : "name"] = port };
        backend["service"] = service;
    }

    private static void ToBeta(JsonObject backend)
    {
        if (backend.Take("service") is not JsonObject service)
            return;
        backend["serviceName"] = service.Take("name");
        var port = service.Object("port") ?? [];
        backend["servicePort"] = port.Take("number") ?? port.Take("name");
    }
}
