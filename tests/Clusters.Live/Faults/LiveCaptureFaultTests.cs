using System.Net;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Live.Tests.Capture;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Faults;

/// <summary>
/// Faults during a capture of a real API server lead to a named gap or to no point, never to half of one. Afterwards a normal capture
/// succeeds.
/// </summary>
[Collection(LiveClusterCollection.Name)]
public sealed class LiveCaptureFaultTests(LiveClusterFixture live)
{
    private static readonly ClusterName Name = ClusterName.Parse("live");
    private readonly MemoryStore vault = new();

    /// <summary>
    /// Fault of the list of configmaps; which of its requests (the first counts, the second may be a prefetched page), how many; the
    /// result; the text of the gap.
    /// </summary>
    public static TheoryData<string, int, int, CaptureState, string[]> Faults =>
        new()
        {
            { "429", 1, 2, CaptureState.Succeeded, [] },
            { "429 for an hour", 2, 1000, CaptureState.Partial, ["429", "/configmaps", "overloaded", "try later"] },
            { "500", 1, 2, CaptureState.Succeeded, [] },
            { "500", 1, 1000, CaptureState.Partial, ["500", "/configmaps", "API server's health"] },
            { "a load balancer's 502", 2, 1000, CaptureState.Partial, ["502", "/configmaps", "API server's health"] },
            { "cut", 2, 2, CaptureState.Succeeded, [] },
            { "cut", 2, 1000, CaptureState.Partial, ["configmaps", "broke off", "API server's health"] },
            { "stall", 2, 2, CaptureState.Succeeded, [] },
            { "stall", 2, 1000, CaptureState.Partial, ["configmaps", "no data for 2 s"] },
            { "silence", 2, 1000, CaptureState.Partial, ["/configmaps", "no answer in time"] },
        };

    [SkippableTheory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_of_one_type_costs_time_or_that_type_and_is_named(
        string fault,
        int first,
        int times,
        CaptureState state,
        string[] words
    )
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Of(fault), r => r.IsListOf("configmaps"), first, times);

        var report = await CaptureAsync(Impatient(proxy.Endpoint));

        Assert.True(report.State == state, string.Join("; ", report.Gaps));
        Assert.Equal(state is CaptureState.Partial ? ["configmaps"] : [], report.Gaps.Select(g => g.Resource).Distinct());
        Assert.All(words, word => Assert.Contains(word, report.Gaps[0].Reason));
        await AssertRecoversAsync(report);
    }

    [SkippableFact]
    public async Task A_type_that_vanishes_between_discovery_and_its_list_is_a_gap()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await CustomType.CreateAsync(api, "vanishes");
        for (var served = false; !served; await Task.Delay(50))
            served = (await api.SendAsync(HttpMethod.Get, $"/apis/{CustomType.Group}/v1/vanishes", null, "")).Status is HttpStatusCode.OK;
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.Meanwhile(() => VanishAsync(api)), r => r.IsListOf("vanishes"));

        var report = await CaptureAsync(Impatient(proxy.Endpoint));

        Assert.Equal(CaptureState.Partial, report.State);
        var gap = Assert.Single(report.Gaps);
        Assert.Equal($"vanishes.{CustomType.Group}", gap.Resource);
        Assert.Contains("served", gap.Reason);
        await AssertRecoversAsync(report);
    }

    [SkippableFact]
    public async Task A_wrong_token_is_reported_without_quoting_it()
    {
        var failure = await RefusedAsync(live.Cluster.Endpoint with { Token = (_, _) => new("wr0ng-token-77a1") });

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains("401: Unauthorized", failure.Message);
        Assert.Contains("sign in again", failure.Message);
        Assert.DoesNotContain("wr0ng", failure.ToString());
    }

    [SkippableFact]
    public async Task An_expired_client_certificate_is_reported_with_its_dates()
    {
        using var authority = TestAuthority.Create();
        using var expired = authority.ForClient("operator", until: new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero));

        var failure = await RefusedAsync(live.Cluster.Endpoint with { Token = null, ClientCertificate = expired });

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains("CN=operator", failure.Message);
        Assert.Contains("to 2024-05-06 07:08:09Z", failure.Message);
        Assert.Contains("get a new one", failure.Message);
    }

    [SkippableFact]
    public async Task A_CA_that_is_not_the_servers_is_reported_with_advice()
    {
        using var another = TestAuthority.Create();

        var failure = await RefusedAsync(live.Cluster.Endpoint with { TrustedRoots = [another.Certificate] });

        Assert.Equal(ClusterFailure.Unreachable, failure.Failure);
        Assert.Contains("'certificate-authority'", failure.Message);
        Assert.Contains("present CA", failure.Message);
    }

    private static Fault Of(string name) =>
        name switch
        {
            "429" => Fault.Answer(429, "TooManyRequests", "injected", ("Retry-After", "0")),
            "429 for an hour" => Fault.Answer(429, "TooManyRequests", "injected", ("Retry-After", "3600")),
            "500" => Fault.Answer(500, "InternalError"),
            "a load balancer's 502" => Fault.AnswerText(502, "<html>Bad Gateway</html>"),
            "cut" => Fault.CutAfter(700),
            "stall" => Fault.StallAfter(700),
            _ => Fault.Silence(),
        };

    private static ClusterEndpoint Impatient(ClusterEndpoint endpoint) =>
        endpoint with
        {
            StallTimeout = TimeSpan.FromSeconds(2),
            Patience = TimeSpan.FromSeconds(3),
        };

    /// <summary>Deletes the definition and waits until the server has forgotten the type.</summary>
    private static async Task VanishAsync(RawApi api)
    {
        await api.DeleteAsync(CustomType.Path("vanishes"));
        for (var served = true; served; await Task.Delay(50))
            served =
                (await api.SendAsync(HttpMethod.Get, $"/apis/{CustomType.Group}/v1/vanishes", null, "")).Status
                    is not HttpStatusCode.NotFound;
    }

    private async Task<ClusterException> RefusedAsync(ClusterEndpoint endpoint)
    {
        var failure = await Assert.ThrowsAsync<ClusterException>(() => CaptureAsync(endpoint));
        Assert.Empty(await SealedPoints.ListAsync(vault, Name, default));
        return failure;
    }

    /// <summary>The faulty point is whole as far as it goes, and so is the next one, which has no gap.</summary>
    private async Task AssertRecoversAsync(CaptureReport faulty)
    {
        Assert.Equal(CaptureState.Succeeded, (await CaptureAsync(live.Cluster.Endpoint)).State);
        var report = await PointVerifier.VerifyAsync(vault, Name, null, SealTrust.Anyone, null, default);
        Assert.True(report.Intact, string.Join("; ", report.Findings.Select(f => f.Message)));
        Assert.Equal(2, report.Points);
    }

    private async Task<CaptureReport> CaptureAsync(ClusterEndpoint endpoint)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
    }
}
