using System.Net;
using Holdfast.Archive.Points;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Holds;

namespace Holdfast.Functions.Tests.Api;

/// <summary>Holds of points, and what the vault says of itself.</summary>
public sealed class HoldTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task A_point_is_held_and_released_and_the_audit_says_why()
    {
        var point = await WriteAsync(1);
        var url = $"/api/points/prod/{point.Id}/hold";

        var held = (await bench.SendAsync(HttpMethod.Post, url, """{"reason":"audit-2026"}""", "Operator")).Is(HttpStatusCode.OK);
        var found = await new PointHolds(bench.Vault, SamplePoint.Cluster).FindAsync(point.Id, default);
        var again = (await bench.SendAsync(HttpMethod.Post, url, """{"reason":"other"}""", "Operator")).Is(HttpStatusCode.OK);
        var released = (await bench.SendAsync(HttpMethod.Delete, url, null, "Operator")).Is(HttpStatusCode.OK);

        Assert.Equal((true, "audit-2026"), ((bool)held.Json["held"]!, found!.Reason));
        Assert.Equal("audit-2026", (string?)again.Json["reason"]);
        Assert.False((bool)released.Json["held"]!);
        Assert.Null(await new PointHolds(bench.Vault, SamplePoint.Cluster).FindAsync(point.Id, default));
        var audit = (await bench.GetAsync("/api/audit?limit=10", "Admin")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        Assert.Contains(audit, a => (string?)a!["record"]!["action"] == "points.hold" && (string?)a["record"]!["detail"] == "audit-2026");
        Assert.Contains(audit, a => (string?)a!["record"]!["action"] == "points.release");
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"reason":""}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"why":"x"}""", HttpStatusCode.BadRequest)]
    public async Task A_hold_needs_a_reason(string body, HttpStatusCode status)
    {
        var point = await WriteAsync(2);

        (await bench.SendAsync(HttpMethod.Post, $"/api/points/prod/{point.Id}/hold", body, "Operator")).Is(status);
    }

    [Fact]
    public async Task A_point_that_is_not_there_can_not_be_held() =>
        (await bench.SendAsync(HttpMethod.Post, "/api/points/prod/20200101T000000Z-1a2b3c/hold", """{"reason":"x"}""", "Operator")).Is(
            HttpStatusCode.NotFound
        );

    [Fact]
    public async Task The_vault_says_what_it_lacks_and_what_only_this_program_keeps()
    {
        var vault = (await bench.GetAsync("/api/vault")).Is(HttpStatusCode.OK);

        Assert.Equal(6, vault.Json["traits"]!.AsArray().Count);
        Assert.All(vault.Json["promises"]!.AsArray(), p => Assert.NotNull((string?)p!["keptBy"]));
    }

    private Task<SealedPoint> WriteAsync(int day) =>
        SamplePoint.WriteAsync(
            bench.Vault,
            [new("configmaps", "shop", $$"""{"metadata":{"name":"held{{day}}"} }""")],
            SamplePoint.Time.AddDays(-100 - day)
        );
}
