using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>The addresses and ports that a live Service was given.</summary>
internal static class ServiceLiveFields
{
    public static void CarryOver(JsonObject desired, JsonObject live)
    {
        if (desired.Object("spec") is not { } spec || live.Object("spec") is not { } given || spec.Text("type") == "ExternalName")
            return;
        // To and from headless isn't a change that a live Service takes: it stays a difference.
        if (!spec.ContainsKey("clusterIP") && given.Text("clusterIP") != "None")
            LiveFields.CopyMissing(spec, given, "clusterIP", "clusterIPs");
        else if (spec.Text("clusterIP") == given.Text("clusterIP"))
            LiveFields.CopyMissing(spec, given, "clusterIPs");
        LiveFields.CopyMissing(spec, given, "ipFamilies", "ipFamilyPolicy");
        if (spec.Text("type") is "NodePort" or "LoadBalancer")
            CarryOverPorts(spec, given);
        if (spec.Text("type") == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local")
            LiveFields.CopyMissing(spec, given, "healthCheckNodePort");
    }

    private static void CarryOverPorts(JsonObject spec, JsonObject given)
    {
        foreach (var port in spec.Objects("ports"))
            LiveFields.CopyMissing(port, given.Objects("ports").FirstOrDefault(p => Same(p, port)), "nodePort");
    }

    private static bool Same(JsonObject a, JsonObject b) =>
        a.Number("port") == b.Number("port") && (a.Text("protocol") ?? "TCP") == (b.Text("protocol") ?? "TCP");
}
