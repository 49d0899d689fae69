using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Functions.Tests.Api;

/// <summary>A few objects of a simulated cluster, as a user makes and loses them.</summary>
internal static class SimulatedObjects
{
    public static async Task SeedShopAsync(this SimulatedTestCluster cluster)
    {
        await cluster.SendAsync(
            HttpMethod.Post,
            "/api/v1/namespaces",
            """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"""
        );
        for (var i = 0; i < 5; i++)
            await cluster.SendAsync(
                HttpMethod.Post,
                "/api/v1/namespaces/shop/configmaps",
                """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings-N"},"data":{"value":"N"}}""".Replace(
                    "N",
                    i.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    StringComparison.Ordinal
                )
            );
        await cluster.SendAsync(
            HttpMethod.Post,
            "/api/v1/namespaces/shop/secrets",
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"data":{"password":"aHVudGVyMg=="}}"""
        );
    }

    public static async Task LoseConfigMapsAsync(this SimulatedTestCluster cluster)
    {
        for (var i = 0; i < 5; i++)
            await cluster.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/shop/configmaps/settings-{i}");
    }

    public static async Task<bool> HasConfigMapAsync(this SimulatedTestCluster cluster, string name) =>
        (await cluster.AskAsync(HttpMethod.Get, $"/api/v1/namespaces/shop/configmaps/{name}", null)) == HttpStatusCode.OK;

    private static async Task SendAsync(this SimulatedTestCluster cluster, HttpMethod method, string path, string? body = null) =>
        Assert.True((int)await cluster.AskAsync(method, path, body) < 300, $"{method} {path}");

    private static async Task<HttpStatusCode> AskAsync(this SimulatedTestCluster cluster, HttpMethod method, string path, string? body)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(cluster.Endpoint.Server, path));
        request.Headers.Authorization = new("Bearer", await cluster.Endpoint.Token!(false, CancellationToken.None));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
