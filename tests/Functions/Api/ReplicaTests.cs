using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Functions.Scheduling;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Tests.Api;

/// <summary>
/// A service that replicates into another region, and the standby there, from the first capture to the takeover and back.
/// </summary>
public sealed class ReplicaTests : IAsyncLifetime, IDisposable
{
    private const string Cluster = "prod-replicated";
    private readonly MemoryStore replica = new(versions: false, location: "replica");
    private readonly ApiBench first;
    private readonly ApiBench standby;

    public ReplicaTests()
    {
        first = new() { Replicas = [new("west", replica, ReplicaTerms.AsCaptured, null)] };
        standby = new() { Vault = replica };
        standby.Settings["HOLDFAST_STANDBY"] = "true";
    }

    public async Task InitializeAsync()
    {
        await first.InitializeAsync();
        await standby.InitializeAsync();
        standby.Reach(Cluster, await first.RegisterAsync(Cluster));
        var policy = await first.SendAsync(
            HttpMethod.Put,
            "/api/policies/nightly",
            ApiBench.Policy("nightly"),
            "Operator",
            ("If-None-Match", "*")
        );
        Assert.Equal(HttpStatusCode.Created, policy.Status);
    }

    public async Task DisposeAsync()
    {
        await first.DisposeAsync();
        await standby.DisposeAsync();
    }

    public void Dispose()
    {
        first.Dispose();
        standby.Dispose();
    }

    [Fact]
    public async Task A_capture_is_replicated_within_a_minute_and_the_lag_is_known_before_and_after()
    {
        await CaptureAsync(first);
        var before = (await first.GetAsync("/api/replicas")).Json["replicas"]![0]!;
        Assert.Equal(("west", Cluster, null), ((string)before["replica"]!, (string)before["cluster"]!, (string?)before["newestThere"]));

        await MinuteAsync(first);
        for (var look = 0; (await first.GetAsync("/api/replicas")).Json["replicas"]![0]!["newestThere"] is null; look++)
        {
            Assert.True(look < 300, "nothing is replicated");
            await Task.Delay(100);
        }

        var after = (await first.GetAsync("/api/replicas")).Json["replicas"]![0]!;
        Assert.Equal(((string)after["newestHere"]!, 0.0), ((string)after["newestThere"]!, (double)after["lagSeconds"]!));
        Assert.Empty((await VerifyAsync()).Findings);
        Assert.Empty(await first.Control.ListAsync("unreplicated/", null, default).ToListAsync());
    }

    [Fact]
    public async Task A_replication_of_what_isn_t_there_is_refused()
    {
        var answer = await first.PostAsync("/api/replicate", """{"cluster":"nothing","replica":"south"}""");

        Assert.Equal(["/cluster", "/replica"], answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths.Order());
        (await standby.PostAsync("/api/replicate", "{}")).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Before_a_takeover_a_standby_reads_and_writes_nothing_to_the_replica()
    {
        var point = await ReplicateAsync();
        var before = await replica.ListAsync("", default).Select(b => b.Path).ToListAsync();

        Assert.Equal(point, (string)(await standby.GetAsync($"/api/points?cluster={Cluster}")).Json["items"]![0]!["point"]!);
        Assert.Equal("Succeeded", (string)(await standby.ReportAsync(await standby.PostAsync("/api/verify", "{}")))["state"]!);
        (await standby.PostAsync("/api/captures", $$"""{"clusters":["{{Cluster}}"]}""")).Is(HttpStatusCode.Conflict);
        (await standby.PostAsync("/api/retention", "")).Is(HttpStatusCode.Conflict);
        (await standby.PostAsync($"/api/points/{Cluster}/{point}/hold", """{"reason":"audit"}""")).Is(HttpStatusCode.Conflict);
        await MinuteAsync(standby);
        await Timers.HousekeepAsync(standby.App, standby.Engine, default);

        Assert.Equal(before, await replica.ListAsync("", default).Select(b => b.Path).ToListAsync());
        (await first.GetAsync("/api/takeover", "Operator")).Is(HttpStatusCode.Conflict);
    }

    /// <summary>The acceptance: the first region is gone, its vault and control container too.</summary>
    [Fact]
    public async Task Everything_is_gone_but_the_replica_and_the_standby_takes_over_with_one_call()
    {
        var point = await ReplicateAsync();
        await first.Control.DeleteAsync($"clusters/{Cluster}.json", null, default);

        var look = (await standby.GetAsync("/api/takeover", "Operator")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(point, (string)look["clusters"]![0]!["point"]!);
        Assert.Equal(["nightly"], look["policies"]!.AsArray().Select(p => (string)p!));
        Assert.Null(look["active"]);
        var unconfirmed = await standby.PostAsync("/api/takeover", "{}", "Admin");
        Assert.Equal(["/confirm", "/reason"], unconfirmed.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths.Order());

        var taken = (await TakeOverAsync(standby)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(1, (int)taken["active"]!);
        Assert.Equal([$"cluster {Cluster}", "policy nightly"], taken["taken"]!.AsArray().Select(t => (string)t!));
        (await standby.GetAsync($"/api/clusters/{Cluster}")).Is(HttpStatusCode.OK);
        (await standby.GetAsync("/api/policies/nightly")).Is(HttpStatusCode.OK);
        var report = await CaptureAsync(standby);
        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.Empty((await VerifyAsync()).Findings);
        var audit = (await standby.GetAsync("/api/audit", "Admin")).Body;
        Assert.Contains("takeover.start", audit, StringComparison.Ordinal);
        // repeated, it changes nothing
        Assert.Equal(1, (int)(await TakeOverAsync(standby)).Is(HttpStatusCode.OK).Json["active"]!);
    }

    [Fact]
    public async Task A_first_service_that_comes_back_leaves_the_cluster_alone_until_it_is_returned()
    {
        await ReplicateAsync();
        (await TakeOverAsync(standby)).Is(HttpStatusCode.OK);
        await CaptureAsync(standby);

        await Timers.HousekeepAsync(first.App, first.Engine, default);

        var warning = Assert.Single(first.App.Warnings.All);
        Assert.Equal(("takeover", Cluster), (warning.Kind, warning.Subject));
        Assert.Equal(Cluster, (string)(await first.GetAsync("/api/replicas")).Json["takenOver"]![0]!["cluster"]!);
        var copied = await first.ReportAsync(await first.PostAsync("/api/replicate", "{}"));
        Assert.True((bool)copied["replication"]![0]!["isTakenOver"]!);

        (await standby.PostAsync("/api/takeover/return", """{"confirm":true}""", "Admin")).Is(HttpStatusCode.NoContent);
        await Timers.HousekeepAsync(first.App, first.Engine, default);

        Assert.Empty(first.App.Warnings.All);
        (await standby.PostAsync("/api/captures", $$"""{"clusters":["{{Cluster}}"]}""")).Is(HttpStatusCode.Conflict);
        // both captured after the takeover: the chain has two ends, and the next capture joins them
        await CaptureAsync(first);
        Assert.Equal("Succeeded", (string)(await first.ReportAsync(await first.PostAsync("/api/replicate", "{}")))["state"]!);
        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task A_secret_that_dies_with_the_first_region_is_a_warning_until_the_standby_is_said_to_have_it()
    {
        const string Registration = """
            {"version":1,"name":"prod-west","endpoint":"https://west.example.org",
             "authentication":{"keyVault":{"vault":"https://west.vault.azure.net","secret":"token","holds":"token"}}}
            """;
        await first.Control.PutAsync("clusters/prod-west.json", Encoding.UTF8.GetBytes(Registration), default);

        await Timers.HousekeepAsync(first.App, first.Engine, default);
        await Timers.HousekeepAsync(standby.App, standby.Engine, default);

        var warning = Assert.Single(first.App.Warnings.All);
        Assert.Equal(("region", "prod-west"), (warning.Kind, warning.Subject));
        Assert.Contains("the secret 'token' of https://west.vault.azure.net", warning.Message, StringComparison.Ordinal);
        Assert.Contains("prod-west", (string)(await first.GetAsync("/api/vault")).Json["regionSecrets"]![0]!, StringComparison.Ordinal);
        Assert.Empty(standby.App.Warnings.All);
        Assert.Empty(await RegionSecrets.Beside("https://west.vault.azure.net").FindAsync(first.Vault, new(first.Control), null, default));
    }

    [Fact]
    public async Task Of_two_standbys_one_takes_over()
    {
        await ReplicateAsync();
        var other = new ApiBench { Vault = replica };
        other.Settings["HOLDFAST_STANDBY"] = "true";
        await other.InitializeAsync();
        try
        {
            (await TakeOverAsync(standby)).Is(HttpStatusCode.OK);

            var refused = (await TakeOverAsync(other)).Is(HttpStatusCode.Conflict);

            Assert.Contains("takeover 1", (string)refused.Json["detail"]!, StringComparison.Ordinal);
            Assert.Empty(await other.Control.ListAsync("policies/", null, default).ToListAsync());
        }
        finally
        {
            await other.DisposeAsync();
            other.Dispose();
        }
    }

    /// <returns>The point that is in both vaults.</returns>
    private async Task<string> ReplicateAsync()
    {
        var report = await CaptureAsync(first);
        var copied = await first.ReportAsync(await first.PostAsync("/api/replicate", "{}"));
        Assert.Equal(("Replication", "Succeeded"), ((string)copied["kind"]!, (string)copied["state"]!));
        return (string)report["capture"]!["point"]!;
    }

    private static async Task<JsonObject> CaptureAsync(ApiBench bench) =>
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"policy":"nightly"}"""));

    private static Task<ApiAnswer> TakeOverAsync(ApiBench bench) =>
        bench.PostAsync("/api/takeover", """{"confirm":true,"reason":"the first region is gone"}""", "Admin");

    private static Task MinuteAsync(ApiBench bench) => Timers.ScheduleAsync(bench.App, bench.Engine, default);

    private Task<VerifyReport> VerifyAsync() =>
        PointVerifier.VerifyAsync(replica, ClusterName.Parse(Cluster), null, SealTrust.Anyone, null, default);
}
