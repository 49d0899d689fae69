using System.Net;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Configmaps to be captured.</summary>
internal static class Objects
{
    /// <summary>Makes the namespace and so many configmaps in it, each of about half a kilobyte.</summary>
    public static async Task CreateAsync(RawApi api, string ns, int count, string labels = "{}")
    {
        await api.CreateAsync(
            "/api/v1/namespaces",
            $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}","labels":{{{labels}}}}}"""
        );
        await SettledAsync(api, ns);
        await Parallel.ForAsync(0, count, async (i, _) => await api.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", Map(i)));
    }

    /// <summary>A controller manager puts a configmap of its own into every new namespace.</summary>
    private static async Task SettledAsync(RawApi api, string ns)
    {
        for (
            var attempt = 0;
            attempt < 100
                && (await api.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{ns}/configmaps/kube-root-ca.crt", null, "")).Status
                    is HttpStatusCode.NotFound;
            attempt++
        )
            await Task.Delay(20);
    }

    public static string Map(int i, string labels = "{}") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-{{{i:000}}}","labels":{{{labels}}}},"data":"""
        + $$$"""{"key":"{{{new string((char)('a' + (i % 26)), 400)}}}"}}""";
}
