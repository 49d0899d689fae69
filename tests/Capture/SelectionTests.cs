using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Capture.Tests;

/// <summary>What is asked for and matches nothing is an error, with the nearest names, before anything is written.</summary>
public sealed class SelectionTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private readonly FaultyStore vault = new(new MemoryStore(TimeProvider.System));
    private SimulatedCluster cluster = null!;

    public static TheoryData<string, CaptureScope> Unmatched =>
        new()
        {
            {
                "'shop'",
                new() { Namespaces = ["shpo"] }
            },
            {
                "'shop'",
                new() { ExcludedNamespaces = ["shpo"] }
            },
            {
                "'shop'",
                new() { Namespaces = ["shpo*"] }
            },
            {
                "matches 'team-?'",
                new() { ExcludedNamespaces = ["team-?"] }
            },
            {
                "'deployments.apps'",
                new() { ExcludedResources = ["deploymnts.apps"] }
            },
            {
                "'leases.coordination.k8s.io'",
                new() { IncludedResources = ["leases.coordination.k8s"] }
            },
            {
                "'app=nowhere'",
                new() { LabelSelector = "app=nowhere" }
            },
        };

    public static TheoryData<string, CaptureScope, DateTimeOffset?> Malformed =>
        new()
        {
            {
                "/scope/namespaces/0",
                new() { Namespaces = ["Shop*"] },
                null
            },
            {
                "/scope/excludedNamespaces/1",
                new() { ExcludedNamespaces = ["shop", ""] },
                null
            },
            {
                "/scope/excludedResources/0",
                new() { ExcludedResources = ["Deployment"] },
                null
            },
            {
                "/scope/includedResources/0",
                new() { IncludedResources = ["events/v1"] },
                null
            },
            {
                "/scope/excludedNamespaces/0",
                new() { Namespaces = ["shop"], ExcludedNamespaces = ["shop"] },
                null
            },
            {
                "/scope/excludedResources/0",
                new() { IncludedResources = ["events"], ExcludedResources = ["events"] },
                null
            },
            {
                "/scope/labelSelector",
                new() { LabelSelector = "app in web" },
                null
            },
            {
                "/scope/labelSelector",
                new() { LabelSelector = "" },
                null
            },
            { "/keepUntil", new(), DateTimeOffset.UnixEpoch },
        };

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSampleApplicationAsync(default);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Theory]
    [MemberData(nameof(Unmatched))]
    public async Task What_matches_nothing_is_refused_with_the_nearest_name_and_nothing_is_written(string nearest, CaptureScope scope)
    {
        var refused = await Assert.ThrowsAsync<CaptureException>(() => CaptureAsync(new() { Scope = scope }));

        Assert.Equal(CaptureFailure.BadRequest, refused.Failure);
        Assert.Contains(nearest, refused.Message);
        Assert.Equal(0, vault.Count(StoreOperation.Create));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_is_refused_whoever_asks(string member, CaptureScope scope, DateTimeOffset? keepUntil)
    {
        var problems = RequestRules.Check(new() { Scope = scope, KeepUntil = keepUntil }, TimeProvider.System.GetUtcNow());
        var refused = await Assert.ThrowsAsync<CaptureException>(() => CaptureAsync(new() { Scope = scope, KeepUntil = keepUntil }));

        Assert.Equal(member, Assert.Single(problems).Member);
        Assert.Equal((CaptureFailure.BadRequest, problems[0].Message), (refused.Failure, refused.Message));
    }

    [Fact]
    public async Task All_problems_are_reported_at_once()
    {
        var refused = await Assert.ThrowsAsync<CaptureException>(() =>
            CaptureAsync(
                new()
                {
                    Scope = new() { Namespaces = ["one", "two", "shop"], ExcludedResources = ["three"] },
                }
            )
        );

        Assert.All(["'one'", "'two'", "'three'"], name => Assert.Contains(name, refused.Message));
    }

    [Theory]
    [
        InlineData("deploy"),
        InlineData("deployments"),
        InlineData("deployment"),
        InlineData("deployments.apps"),
        InlineData("deployments.v1.apps")
    ]
    public async Task Resources_are_named_as_kubectl_takes_them_and_stand_in_full_in_the_point(string named)
    {
        var report = await CaptureAsync(new() { Scope = new() { ExcludedResources = [named] } });

        Assert.Equal("request", report.Types.Single(t => t.Type.GroupResource == "deployments.apps").Rule);
        Assert.Equal(
            ["deployments.apps"],
            (await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default)).Inventory.Scope.ExcludedResources.ToArray()
        );
    }

    [Fact]
    public async Task Patterns_stand_for_the_namespaces_that_they_match_and_the_point_names_those()
    {
        var report = await CaptureAsync(
            new()
            {
                Scope = new() { Namespaces = ["s*p", "kube-*"], ExcludedNamespaces = ["kube-???*c"] },
            }
        );

        var inventory = (await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default)).Inventory;
        Assert.Equal(["kube-node-lease", "kube-public", "kube-system", "shop"], inventory.Scope.Namespaces.ToArray());
        Assert.Equal(["kube-public"], inventory.Scope.ExcludedNamespaces.ToArray());
        var namespaces = inventory.Segments.Select(s => s.Namespace).OfType<string>().ToHashSet();
        Assert.Contains("shop", namespaces);
        Assert.DoesNotContain("kube-public", namespaces);
        Assert.DoesNotContain("default", namespaces);
    }

    [Fact]
    public async Task A_policys_pattern_that_matches_nothing_is_a_gap_like_a_missing_namespace()
    {
        var report = await CaptureAsync(
            new()
            {
                Policy = JsonElement.Parse("""{"name":"nightly"}"""),
                Scope = new() { Namespaces = ["shop", "team-*"], ExcludedNamespaces = ["ci-*"] },
            }
        );

        var gap = Assert.Single(report.Gaps);
        Assert.Equal((CaptureState.Partial, "team-*"), (report.State, gap.Namespace));
        Assert.Contains("no namespace that matches 'team-*'", gap.Reason);
        Assert.Contains("'ci-*'", Assert.Single(report.Warnings));
    }

    [Fact]
    public async Task A_policys_missing_namespace_is_a_gap_what_it_needn_t_leave_out_a_warning_and_the_rest_is_captured()
    {
        var report = await CaptureAsync(
            new()
            {
                Policy = JsonElement.Parse("""{"name":"nightly"}"""),
                Scope = new()
                {
                    Namespaces = ["shop", "shop-eu"],
                    ExcludedNamespaces = ["ci"],
                    ExcludedResources = ["certificates.cert-manager.io"],
                },
            }
        );

        Assert.Equal(
            (CaptureState.Partial, "namespaces", "shop-eu"),
            (report.State, report.Gaps.Single().Resource, report.Gaps.Single().Namespace)
        );
        Assert.Equal(2, report.Warnings.Length);
        Assert.True(report.Objects > 0);
    }

    [Fact]
    public async Task A_policy_that_matches_no_namespace_of_a_cluster_fails_its_capture()
    {
        var refused = await Assert.ThrowsAsync<CaptureException>(() =>
            CaptureAsync(
                new()
                {
                    Policy = JsonElement.Parse("""{"name":"nightly"}"""),
                    Scope = new() { Namespaces = ["shpo"] },
                }
            )
        );

        Assert.Equal(CaptureFailure.BadRequest, refused.Failure);
        Assert.Contains("'shop'", refused.Message);
    }

    private async Task<CaptureReport> CaptureAsync(CaptureRequest request)
    {
        using var connection = new ClusterConnection(
            new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) },
            TimeProvider.System
        );
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, request, null, default);
    }
}
