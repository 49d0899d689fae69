using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Functions.Access;
using Holdfast.Functions.App;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TestKit.Clusters;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Api;

/// <summary>
/// The API on a socket, as a platform that authenticates lets callers in: each call says who makes it. The vault, the control container and
/// the hub are in memory; clusters that are opened are simulators.
/// </summary>
public sealed class ApiBench : IAsyncLifetime, IDisposable
{
    private readonly Dictionary<string, ClusterConnection> connections = [];
    private readonly List<SimulatedTestCluster> clusters = [];
    private WebApplication web = null!;
    private EmbeddedEngine engine = null!;
    private HttpClient client = null!;

    internal MemoryStore Vault { get; init; } = new(versions: false);

    /// <summary>Where what the vault holds is copied to.</summary>
    internal ImmutableArray<Replica> Replicas { get; init; } = [];

    internal IDocumentStore Control { get; init; } = new MemoryDocuments();

    internal HoldfastApp App { get; private set; } = null!;

    internal DurableTaskClient Engine => engine.Client;

    internal Dictionary<string, string?> Settings { get; } =
        new() { ["HOLDFAST_VAULT"] = "memory vault", ["HOLDFAST_CONTROL"] = "memory control" };

    public async Task InitializeAsync()
    {
        var settings = new AppSettings(name => Settings.GetValueOrDefault(name));
        var stopping = new CancellationTokenSource();
        var environment = new RunEnvironment(OpenAsync, Vault, Control, TimeProvider.System)
        {
            Stopping = stopping.Token,
            Replicas = Replicas,
            PlanKey = PlanKey.Of(new string('k', PlanKey.ShortestSecret)),
        };
        App = new(settings, environment, [], TimeProvider.System, NullLoggerFactory.Instance);
        engine = await EmbeddedEngine.StartAsync(App, stopping, TimeProvider.System);
        App.Engine = engine.Client;
        web = WebHost.Builder(0, 4 << 20).Build();
        web.Run(WebHost.Api(App, new Authenticator.OfPlatform(), Routes.All, web.Services));
        await web.StartAsync();
        client = new() { BaseAddress = new(web.Urls.First()) };
    }

    public void Dispose() => client.Dispose();

    public async Task DisposeAsync()
    {
        await web.DisposeAsync();
        await engine.DisposeAsync();
        foreach (var connection in connections.Values)
            connection.Dispose();
        foreach (var cluster in clusters)
            await cluster.DisposeAsync();
    }

    /// <summary>Starts a simulator and registers it.</summary>
    internal async Task<SimulatedTestCluster> RegisterAsync(string name)
    {
        var cluster = await SimulatedTestCluster.StartAsync();
        clusters.Add(cluster);
        connections[name] = new(cluster.Endpoint, TimeProvider.System);
        var answer = await SendAsync(HttpMethod.Put, $"/api/clusters/{name}", Registration(name), "Admin", ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return cluster;
    }

    /// <summary>Opens a cluster that another service's bench has registered.</summary>
    internal void Reach(string name, SimulatedTestCluster cluster) => connections[name] = new(cluster.Endpoint, TimeProvider.System);

    internal static string Registration(string name, string endpoint = "https://prod.example.org:6443") =>
        """{"version":1,"name":"NAME","labels":{"env":"prod"},"endpoint":"ENDPOINT","authentication":{"entraId":{}}}"""
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace("ENDPOINT", endpoint, StringComparison.Ordinal);

    internal static string Policy(string name, string cron = "0 2 * * *") =>
        """{"version":1,"name":"NAME","clusters":{"selector":"env=prod"},"schedule":{"cron":"CRON"}}"""
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace("CRON", cron, StringComparison.Ordinal);

    internal static string Notification(string name) =>
        """{"version":1,"name":"NAME","webhook":{"format":"slack","secretUrl":{"file":{"path":"/run/secrets/slack"}}}}""".Replace(
            "NAME",
            name,
            StringComparison.Ordinal
        );

    /// <param name="role">
    /// The caller's app roles, separated by blanks, and <c>as:NAME</c> for another caller than the usual; null: no one is signed in.
    /// </param>
    internal async Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string? role,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        if (role is not null)
            request.Headers.Add(PlatformPrincipal.Header, Principal(role));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        return new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value))
        );
    }

    internal Task<ApiAnswer> GetAsync(string path, string role = "Reader") => SendAsync(HttpMethod.Get, path, null, role);

    internal Task<ApiAnswer> PostAsync(string path, string body, string role = "Operator", string? key = null) =>
        SendAsync(HttpMethod.Post, path, body, role, key is null ? [] : [("Idempotency-Key", key)]);

    /// <summary>Waits until the run that an answer started has ended, and gives its report.</summary>
    internal async Task<JsonObject> ReportAsync(ApiAnswer started)
    {
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        var run = (string)started.Json["run"]!;
        Assert.Equal($"/api/runs/{run}", started.Headers["Location"]);
        await Engine.WaitForInstanceCompletionAsync(run, new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        var report = await GetAsync($"/api/runs/{run}/report");
        Assert.True(report.Status == HttpStatusCode.OK, report.Body);
        return report.Json;
    }

    /// <summary>As App Service makes the header of who signed in; the object's id follows from the name.</summary>
    internal static string Principal(string roles) =>
        Principal(
            string.Join(' ', roles.Split(' ').Where(role => !role.StartsWith("as:", StringComparison.Ordinal))),
            roles.Split(' ').FirstOrDefault(role => role.StartsWith("as:", StringComparison.Ordinal))?[3..] ?? "alex@example.org"
        );

    internal static string Principal(string roles, string name) =>
        Convert.ToBase64String(
            Encoding.UTF8.GetBytes(
                new JsonObject
                {
                    ["auth_typ"] = "aad",
                    ["claims"] = new JsonArray([
                        Claim("http://schemas.microsoft.com/identity/claims/tenantid", "11111111-1111-1111-1111-111111111111"),
                        Claim("http://schemas.microsoft.com/identity/claims/objectidentifier", $"object-of-{name}"),
                        Claim("preferred_username", name),
                        .. roles.Split(' ').Select(role => Claim("roles", role)),
                    ]),
                    ["name_typ"] = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
                    ["role_typ"] = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
                }.ToJsonString()
            )
        );

    private static JsonObject Claim(string type, string value) => new() { ["typ"] = type, ["val"] = value };

    private Task<ClusterConnection> OpenAsync(ClusterName cluster, CancellationToken cancellation) =>
        Task.FromResult(connections[cluster.ToString()]);
}

internal sealed record ApiAnswer(HttpStatusCode Status, string Body, string? ContentType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string ETag => Headers["ETag"];

    /// <summary>The paths of a problem's errors.</summary>
    public IEnumerable<string> ErrorPaths => Json["errors"]?.AsArray().Select(e => (string)e!["path"]!) ?? [];

    /// <summary>Fails with the body, which says why, when the status is another.</summary>
    public ApiAnswer Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Body}");
        if ((int)status >= 400)
        {
            Assert.Equal("application/problem+json", ContentType);
            Assert.Equal((int)status, (int)Json["status"]!);
            Assert.All(new[] { "type", "title", "detail", "instance" }, field => Assert.False(string.IsNullOrEmpty((string?)Json[field])));
        }
        return this;
    }
}
