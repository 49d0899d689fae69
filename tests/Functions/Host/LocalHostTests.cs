using System.Text.Json.Nodes;
using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The app under a Functions host on a person's own machine (<c>func start</c>): no platform signs anybody in.</summary>
public sealed class LocalHostTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("holdfast-local-");

    private string TokenPath => Path.Combine(data.FullName, "host-token");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task It_tells_at_its_start_where_the_token_is_and_lets_in_whoever_has_it()
    {
        await using var rig = await StartAsync();

        var nobody = await StatusAsync(rig, "GET", "/api/runs");
        var owner = await StatusAsync(rig, "GET", "/api/runs", ("Authorization", Token()));
        var elsewhere = await StatusAsync(rig, "GET", "/api/runs", ("Authorization", Token()), ("Host", "holdfast.example.org"));

        Assert.Equal([401, 200, 403], [nobody, owner, elsewhere]);
        Assert.Contains(TokenPath, rig.Host.Said);
        Assert.DoesNotContain(Token()["Bearer ".Length..], rig.Host.Said);
    }

    [Fact]
    public async Task A_principal_that_no_platform_vouches_for_is_nobody()
    {
        await using var rig = await StartAsync();

        Assert.Equal(401, await StatusAsync(rig, "GET", "/api/runs", (Functions.Access.PlatformPrincipal.Header, ApiBench.Principal("Admin"))));
    }

    [Fact]
    public async Task A_service_beside_it_keeps_its_token()
    {
        var other = Path.Combine(data.FullName, "token");
        await File.WriteAllTextAsync(other, "of the service");

        await using var rig = await StartAsync();

        Assert.Equal("of the service", await File.ReadAllTextAsync(other));
    }

    [Fact]
    public async Task Where_a_caller_says_that_it_is_is_not_written_into_the_audit()
    {
        await using var rig = await StartAsync();

        Assert.Equal(201, await StatusAsync(rig, "PUT", "/api/policies/nightly", ApiBench.Policy("nightly"), ("Authorization", Token()), ("If-None-Match", "*"), ("X-Forwarded-For", "203.0.113.9")));
        var audit = await AnswerAsync(rig, "GET", "/api/audit", null, ("Authorization", Token()));

        Assert.Equal("unknown", (string)JsonNode.Parse((string)audit["body"]!)!["items"]![0]!["record"]!["from"]!);
    }

    [Fact]
    public async Task A_kubeconfig_may_lie_anywhere_as_it_may_for_a_service_of_ones_own()
    {
        await using var rig = await StartAsync();
        var kubeconfig = Path.Combine(data.FullName, "kubeconfig");
        var registration = new JsonObject { ["version"] = 1, ["name"] = "prod", ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = kubeconfig } } };
        await AnswerAsync(rig, "PUT", "/api/clusters/prod", registration.ToJsonString(), ("Authorization", Token()), ("If-None-Match", "*"));

        var started = await AnswerAsync(rig, "POST", "/api/captures", """{"clusters":["prod"]}""", ("Authorization", Token()));
        var ended = await rig.Engine.EndOfAsync((string)JsonNode.Parse((string)started["body"]!)!["run"]!);
        var report = await AnswerAsync(rig, "GET", $"/api/runs/{ended.Id}/report", null, ("Authorization", Token()));

        Assert.Contains($"{kubeconfig}", (string)report["body"]!);
        Assert.DoesNotContain("CREDENTIAL_FOLDERS", (string)report["body"]!);
        Assert.Equal(202, (int)started["statusCode"]!);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_to_keeps_callers_out_and_nothing_else()
    {
        var file = Path.Combine(data.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        await using var rig = await StartAsync(file);
        var nobody = await AnswerAsync(rig, "GET", "/api/runs", null);
        var tick = await rig.FireAsync(Triggers.Schedule);

        Assert.Equal(401, (int)nobody["statusCode"]!);
        Assert.Contains("HOLDFAST_DATA", (string)nobody["body"]!);
        Assert.Contains("HOLDFAST_DATA", rig.Host.Said);
        Assert.NotNull(tick["Outputs"]!["starter"]);
    }

    private Task<HostRig> StartAsync(string? folder = null) => HostRig.StartAsync(settings: new Dictionary<string, string>
    {
        ["HOLDFAST_DATA"] = folder ?? data.FullName,
        ["HOLDFAST_CREDENTIAL_FOLDERS"] = "",
        ["WEBSITE_AUTH_ENABLED"] = "",
        ["WEBSITE_INSTANCE_ID"] = "",
        ["WEBSITE_HOSTNAME"] = "localhost:7071",
        ["CONTAINER_NAME"] = "my-laptop",
    });

    private string Token() => $"Bearer {File.ReadAllText(TokenPath).Trim()}";

    private static Task<int> StatusAsync(HostRig rig, string method, string path, params (string Name, string Value)[] headers) => StatusAsync(rig, method, path, null, headers);

    private static async Task<int> StatusAsync(HostRig rig, string method, string path, string? body, params (string Name, string Value)[] headers) =>
        (int)(await AnswerAsync(rig, method, path, body, headers))["statusCode"]!;

    private static async Task<JsonObject> AnswerAsync(HostRig rig, string method, string path, string? body, params (string Name, string Value)[] headers) =>
        await rig.AnswerAsync(rig.Host.Http(method, path, body, [("Host", "localhost:7071"), .. headers]));
}
