using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>What becomes of a host that an object names.</summary>
/// <param name="host">Null: the object takes the requests of every host.</param>
/// <returns>What stands for it; null: it is left out.</returns>
internal delegate string? HostEdit(string? host);

/// <summary>Where objects say for which hosts they take requests, or have a name or a certificate made. Pure.</summary>
/// <remarks>
/// Sources: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/,
/// https://gateway-api.sigs.k8s.io/reference/spec/, https://cert-manager.io/docs/reference/api-docs/,
/// https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/ and
/// https://docs.openshift.com/container-platform/latest/rest_api/network_apis/route-route-openshift-io-v1.html
/// </remarks>
internal static class HostPlaces
{
    private static readonly string[] Annotations =
    [
        "external-dns.alpha.kubernetes.io/hostname",
        "external-dns.alpha.kubernetes.io/internal-hostname",
    ];

    private static readonly string[] Targets = ["requestRedirect", "urlRewrite"];

    /// <summary>Routes that name hosts of their own, beside those of their gateway.</summary>
    private static readonly string[] Routes = [KnownTypes.HttpRoutes, KnownTypes.GrpcRoutes, KnownTypes.TlsRoutes];

    /// <summary>Group-resources of objects that name hosts.</summary>
    public static ImmutableArray<string> Types { get; } =
    [
        KnownTypes.Ingresses,
        KnownTypes.IngressesOfExtensions,
        KnownTypes.Gateways,
        .. Routes,
        KnownTypes.OpenShiftRoutes,
        KnownTypes.Certificates,
        KnownTypes.DnsEndpoints,
        KnownTypes.Services,
    ];

    public static void Edit(string groupResource, JsonObject manifest, HostEdit edit)
    {
        foreach (var annotation in Annotations)
            Listed(manifest.Object("metadata").Object("annotations"), annotation, edit);
        if (manifest.Object("spec") is not { } spec)
            return;
        switch (groupResource)
        {
            case KnownTypes.Ingresses or KnownTypes.IngressesOfExtensions:
                Ingress(spec, edit);
                break;
            case KnownTypes.Gateways:
                spec.RemoveItems("listeners", listener => IsOut(listener, "hostname", edit));
                break;
            case KnownTypes.HttpRoutes or KnownTypes.GrpcRoutes or KnownTypes.TlsRoutes:
                Names(spec, "hostnames", edit);
                Follow(spec, edit);
                break;
            case KnownTypes.OpenShiftRoutes when spec.Text("host") is { Length: > 0 }:
                Optional(spec, "host", edit);
                break;
            case KnownTypes.Certificates:
                Names(spec, "dnsNames", edit);
                Optional(spec, "commonName", edit);
                break;
            case KnownTypes.DnsEndpoints:
                spec.RemoveItems("endpoints", endpoint => IsOut(endpoint, "dnsName", edit));
                break;
        }
    }

    /// <summary>The object still takes requests, or has names to make.</summary>
    /// <param name="manifest">After <see cref="Edit"/>.</param>
    public static bool HasAny(string groupResource, JsonObject manifest)
    {
        var spec = manifest.Object("spec");
        return groupResource switch
        {
            KnownTypes.Ingresses or KnownTypes.IngressesOfExtensions => spec.Array("rules") is not null
                || spec?.ContainsKey("defaultBackend") == true
                || spec?.ContainsKey("backend") == true,
            KnownTypes.Gateways => spec.Array("listeners") is not null,
            KnownTypes.HttpRoutes or KnownTypes.GrpcRoutes or KnownTypes.TlsRoutes => spec.Array("hostnames") is not null,
            KnownTypes.Certificates => ((string[])["dnsNames", "ipAddresses", "uris", "emailAddresses", "commonName"]).Any(f =>
                spec?.ContainsKey(f) == true
            ),
            KnownTypes.DnsEndpoints => spec.Array("endpoints") is not null,
            _ => true,
        };
    }

    private static void Ingress(JsonObject spec, HostEdit edit)
    {
        spec.RemoveItems("rules", rule => IsOut(rule, "host", edit));
        foreach (var backend in (string[])["defaultBackend", "backend"])
            if (spec.ContainsKey(backend) && edit(null) is null)
                spec.Remove(backend);
        foreach (var tls in spec.Objects("tls"))
            Names(tls, "hosts", edit);
        spec.RemoveItems("tls", tls => tls.Array("hosts") is null && edit(null) is null);
    }

    /// <summary>Where a route sends its callers: another host there takes no requests from anyone, so that it is never left out.</summary>
    private static void Follow(JsonObject spec, HostEdit edit)
    {
        foreach (var rule in spec.Objects("rules"))
        foreach (var filter in rule.Objects("filters"))
        foreach (var target in Targets)
            if (filter.Object(target) is { } to && to.Text("hostname") is { } host && edit(host) is { } mapped)
                to["hostname"] = mapped;
    }

    private static bool IsOut(JsonObject holder, string field, HostEdit edit)
    {
        var host = holder.Text(field);
        if (edit(string.IsNullOrEmpty(host) ? null : host) is not { } mapped)
            return true;
        if (!string.IsNullOrEmpty(host))
            holder[field] = mapped;
        return false;
    }

    private static void Optional(JsonObject holder, string field, HostEdit edit)
    {
        if (holder.Text(field) is not { Length: > 0 } host)
            return;
        if (edit(host) is { } mapped)
            holder[field] = mapped;
        else
            holder.Remove(field);
    }

    /// <summary>A list of hosts, which goes once none is left in it.</summary>
    private static void Names(JsonObject holder, string field, HostEdit edit)
    {
        if (holder.Array(field) is not { Count: > 0 } list)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
            if (list[i] is JsonValue value && value.TryGetValue(out string? host))
            {
                if (edit(host) is { } mapped)
                    list[i] = mapped;
                else
                    list.RemoveAt(i);
            }
        if (list.Count == 0)
            holder.Remove(field);
    }

    /// <summary>Hosts in one text, with commas between.</summary>
    private static void Listed(JsonObject? holder, string field, HostEdit edit)
    {
        if (holder.Text(field) is not { } text)
            return;
        var hosts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var left = hosts.Select(host => edit(host)).OfType<string>().ToList();
        if (left.Count == 0)
            holder!.Remove(field);
        else if (!left.SequenceEqual(hosts, StringComparer.Ordinal))
            holder![field] = string.Join(',', left);
    }
}
