using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Holds and checks of a vault whose storage versions and refuses, through the program.</summary>
public sealed class WormVaultTests : IAsyncLifetime, IDisposable
{
    private readonly HoldfastProgram holdfast = new();
    private readonly WormAccount account = new(TimeProvider.System, new() { SoftDelete = TimeSpan.FromDays(7) });
    private readonly List<SealedPoint> points = [];
    private WormServer server = null!;

    private string Control => Path.Combine(holdfast.Home, "control");

    public async Task InitializeAsync()
    {
        server = await WormServer.StartAsync(account);
        account.Container("vault");
        holdfast.Variables["HOLDFAST_VAULT"] = server.Vault.ToString();
        holdfast.Variables["AZURE_STORAGE_CONNECTION_STRING"] = server.ConnectionString;
        Directory.CreateDirectory(Control);
        var store = BlobVaults.Open(server.Vault, VaultUse.Write, server.ConnectionString);
        foreach (var day in Enumerable.Range(0, 2))
            points.Add(
                await SamplePoint.WriteAsync(
                    store,
                    [
                        new("configmaps", "shop", """{"metadata":{"name":"a"}}"""),
                        new("secrets", $"n{day}", $$"""{"metadata":{"name":"s{{day}}"} }"""),
                    ],
                    SamplePoint.Time.AddDays(day)
                )
            );
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task A_held_point_is_under_the_storages_legal_hold_and_it_is_audited_who_did_that_and_why()
    {
        var id = points[0].Id.ToString();
        var held = await holdfast.RunAsync("hold", "add", id, "--reason", "audit-2026", "--control", Control, "-o", "json");
        var during = Held();
        var released = await holdfast.RunAsync("hold", "remove", id, "--control", Control, "-o", "json");

        Assert.True(held.Exit == 0, held.Error);
        Assert.Equal((during.Count, "audit-2026"), ((int)held.Json["storage"]!["blobs"]!, (string?)held.Json["reason"]));
        Assert.Contains(VaultPaths.Seal(SamplePoint.Cluster, points[0].Id), during);
        Assert.Equal((0, false), (released.Exit, (bool)released.Json["held"]!));
        Assert.Empty(Held());
        Assert.Equal(
            [("points.hold", "Succeeded", "audit-2026"), ("points.release", "Succeeded", null)],
            Audit().Select(a => ((string?)a["action"], (string?)a["outcome"], (string?)a["detail"]))
        );
        Assert.All(Audit(), a => Assert.Equal(Environment.UserName, (string?)a["who"]!["name"]));
    }

    [Fact]
    public async Task A_hold_that_the_storage_refuses_is_an_error_and_audited_as_failed()
    {
        account.Refuses = request => request.Comp == "legalhold" ? new(403, "AuthorizationPermissionMismatch") : null;

        var run = await holdfast.RunAsync("hold", "add", points[0].Id.ToString(), "--reason", "x", "--control", Control);

        Assert.Equal(1, run.Exit);
        Assert.Equal("Failed", (string?)Assert.Single(Audit())["outcome"]);
    }

    [Fact]
    public async Task The_check_names_what_the_storage_keeps_and_what_it_does_not_say()
    {
        var check = await holdfast.RunAsync("vault", "check", "-o", "json");
        var strict = await holdfast.RunAsync("vault", "check", "--strict");

        var traits = check.Json["traits"]!.AsArray().ToDictionary(t => (string)t!["trait"]!, t => (string?)t!["state"]);
        Assert.Equal((0, 3), (check.Exit, strict.Exit));
        Assert.Equal(
            ("Present", "Present", "Present", "Unknown", "Missing"),
            (traits["Versioning"], traits["Immutability"], traits["SoftDelete"], traits["ContainerSoftDelete"], traits["NoSharedKeys"])
        );
        Assert.Equal("Storage", (string?)check.Json["promises"]![0]!["keptBy"]);
    }

    [Fact]
    public async Task A_vault_that_can_not_give_the_immutability_that_a_policy_asks_for_fails_the_check()
    {
        var policies = Directory.CreateDirectory(Path.Combine(Control, "policies"));
        await File.WriteAllTextAsync(
            Path.Combine(policies.FullName, "nightly.json"),
            """{"version":1,"name":"nightly","clusters":{"names":["prod"]},"schedule":{"cron":"0 2 * * *"},"immutability":{"days":14}}"""
        );
        var given = await holdfast.RunAsync("vault", "check", "--control", Control);
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        Directory.CreateDirectory(holdfast.Vault);

        var asked = await holdfast.RunAsync("vault", "check", "--control", Control, "-o", "json");
        var unasked = await holdfast.RunAsync("vault", "check", "-o", "json");

        Assert.Equal((0, 3, 0), (given.Exit, asked.Exit, unasked.Exit));
        Assert.Contains("nightly", (string?)Assert.Single(asked.Json["asked"]!.AsArray()));
        Assert.Equal("Software", (string?)unasked.Json["promises"]![0]!["keptBy"]);
    }

    [Fact]
    public async Task A_secret_that_may_be_lost_with_the_region_is_warned_of_where_there_is_a_replica()
    {
        var clusters = Directory.CreateDirectory(Path.Combine(Control, "clusters"));
        await File.WriteAllTextAsync(
            Path.Combine(clusters.FullName, "prod.json"),
            """
            {"version":1,"name":"prod","endpoint":"https://prod.example.org",
             "authentication":{"keyVault":{"vault":"https://west.vault.azure.net","secret":"token","holds":"token"}}}
            """
        );
        var alone = await holdfast.RunAsync("vault", "check", "--control", Control, "-o", "json");
        var replicas = Directory.CreateDirectory(Path.Combine(Control, "replicas", "west"));
        await File.WriteAllTextAsync(Path.Combine(replicas.FullName, "prod.json"), "{}");

        var check = await holdfast.RunAsync("vault", "check", "--control", Control);
        holdfast.Variables["HOLDFAST_REPLICATED_KEY_VAULTS"] = "https://west.vault.azure.net";
        var copied = await holdfast.RunAsync("vault", "check", "--control", Control, "-o", "json");

        Assert.Empty(alone.Json["regionSecrets"]!.AsArray());
        Assert.Contains("the secret 'token' of https://west.vault.azure.net", check.Error, StringComparison.Ordinal);
        Assert.Equal(0, check.Exit);
        Assert.Empty(copied.Json["regionSecrets"]!.AsArray());
    }

    [Theory]
    [InlineData("--account", "acme")]
    [InlineData("--account", "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g/providers/Microsoft.Compute/disks/d")]
    [InlineData("--control", "nowhere")]
    public async Task What_is_not_an_account_or_a_service_is_refused(string option, string value) =>
        Assert.Equal(2, (await holdfast.RunAsync("vault", "check", option, value)).Exit);

    [Fact]
    public async Task What_others_wrote_over_is_verified_with_its_versions_and_repaired()
    {
        var path = VaultPaths.Seal(SamplePoint.Cluster, points[0].Id);
        account.Container("vault").Put(path, "forged"u8.ToArray(), null, isLocked: false, new Dictionary<string, string>());

        var verified = await holdfast.RunAsync("verify", "-o", "json");
        var text = await holdfast.RunAsync("verify");
        var repaired = await holdfast.RunAsync("vault", "repair", "-o", "json");

        var finding = Assert.Single(verified.Json["findings"]!.AsArray())!;
        Assert.Equal((4, 4, "Tampered", path), (verified.Exit, text.Exit, (string?)finding["kind"], (string?)finding["path"]));
        Assert.Equal([false, true], finding["versions"]!.AsArray().Select(v => (bool)v!["current"]!));
        Assert.Contains((string)finding["versions"]![0]!["version"]!, text.Out);
        Assert.Equal(path, (string?)Assert.Single(repaired.Json.AsArray())!["path"]);
        Assert.Equal(0, (await holdfast.RunAsync("verify")).Exit);
    }

    private List<string> Held() =>
        [.. account.Container("vault").Blobs.Where(b => b.Value.Versions.Exists(v => v.HasLegalHold)).Select(b => b.Key)];

    private List<JsonNode> Audit() =>
        [
            .. Directory
                .GetFiles(Path.Combine(Control, "audit"), "*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => JsonNode.Parse(File.ReadAllText(f))!),
        ];
}
