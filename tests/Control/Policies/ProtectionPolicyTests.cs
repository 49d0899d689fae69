using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Tests.Policies;

public sealed class ProtectionPolicyTests
{
    [Fact]
    public void A_policy_is_read_with_all_that_it_says_and_written_back_equal()
    {
        var policy = Read(Edited.Policy);

        Assert.Equal(("nightly", new PolicySchedule("30 2 * * *", "Europe/Berlin", 600)), (policy.Name.ToString(), policy.Schedule));
        Assert.Equal(["shop"], policy.Selection.Namespaces.ToArray());
        Assert.Equal("app!=batch", policy.Selection.LabelSelector);
        Assert.Equal(
            (new RetentionRule(24, 7, 4, 12, 3, 10, KeptDuration.Parse("2w")), new ImmutabilityRule(14), new ConcurrencyLimits(20, 2)),
            (policy.Retention, policy.Immutability, policy.Concurrency)
        );
        Assert.Equal(EncryptionScope.Secrets, policy.Encryption);
        Assert.Equal(new PauseNotice("the vault moves until Monday"), policy.Paused);
        var hook = Assert.Single(policy.Hooks!.Value);
        Assert.Equal(("freeze", "shop", "app=db"), (hook.Name, hook.Namespaces.Single(), hook.LabelSelector));
        var (pre, post) = (Assert.Single(hook.Pre), Assert.Single(hook.Post));
        Assert.Equal(("db", 60, OnHookError.Continue), (pre.Container, pre.TimeoutSeconds, pre.OnError));
        Assert.Equal(["fsfreeze", "-f", "/data"], pre.Command.ToArray());
        Assert.Equal((null, 30, OnHookError.Fail), (post.Container, post.TimeoutSeconds, post.OnError));
        Assert.Equal(policy.ToJson(), ProtectionPolicy.Read(policy.ToJson()).Document!.ToJson());
    }

    [Fact]
    public void What_is_left_out_has_its_documented_value()
    {
        var policy = Read("""{ "version": 1, "name": "a", "clusters": { "names": ["prod"] }, "schedule": { "cron": "0 2 * * *" } }""");

        Assert.Equal(new PolicySchedule("0 2 * * *", "Etc/UTC", 0), policy.Schedule);
        Assert.Equal((10, 4), (policy.Concurrency.Clusters, policy.Concurrency.Units));
        Assert.Equal(["metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"], policy.ExpectedAbsentGroups.ToArray());
        Assert.Equal(policy.ToJson(), ProtectionPolicy.Read(policy.ToJson()).Document!.ToJson());
        Assert.False(policy.Selection.Namespaces.IsDefault);
        Assert.Null(policy.Hooks);
        Assert.Equal((VolumeHandling.Snapshot, null, null, null), (policy.Volumes, policy.Retention, policy.Immutability, policy.Paused));
    }

    [Fact]
    public void A_policy_covers_clusters_by_name_or_by_label()
    {
        var cluster = ClusterRegistration
            .Read(Edited.Bytes(Edited.With(Edited.Cluster, "labels", """{ "env": "prod", "tier": "gold" }""")))
            .Document!;
        var bare = cluster with { Name = ClusterName.Parse("other"), Labels = cluster.Labels.Clear() };
        var byLabel = Read(Edited.Policy).Clusters.Matcher();
        var byName = Read(Edited.With(Edited.Policy, "clusters", """{ "names": ["prod-west"] }""")).Clusters.Matcher();

        Assert.True(byLabel(cluster));
        Assert.False(byLabel(bare));
        Assert.True(byName(cluster));
        Assert.False(byName(bare));
    }

    [Theory]
    [
        InlineData("{"),
        InlineData("[]"),
        InlineData(""),
        InlineData("null"),
        InlineData("{} {}"),
        InlineData("{\"a\": \"\\ud800\"}"),
        InlineData("{ /* a */ }"),
        InlineData("{\"version\": 1, \"version\": 1}")
    ]
    public void What_is_not_a_document_is_reported_with_its_place(string text)
    {
        var reading = ProtectionPolicy.Read(Edited.Bytes(text));

        Assert.False(reading.IsValid);
        Assert.All(reading.Problems, p => Assert.StartsWith("$", p.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_reported() =>
        Assert.Contains(
            "UTF-8",
            Assert
                .Single(
                    ProtectionPolicy
                        .Read(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'"', 0xfe, (byte)'"', (byte)'}' })
                        .Problems
                )
                .Instead
        );

    [Fact]
    public void A_byte_order_mark_is_no_mistake() => Assert.True(ProtectionPolicy.Read(Edited.Bytes("\uFEFF" + Edited.Policy)).IsValid);

    [Fact]
    public void An_unknown_zone_says_what_a_zone_looks_like()
    {
        var problem = Assert.Single(
            ProtectionPolicy.Read(Edited.Bytes(Edited.With(Edited.Policy, "schedule.timeZone", "\"CET Berlin\""))).Problems
        );

        Assert.Contains("'CET Berlin' isn't a time zone", problem.What);
        Assert.Contains("Europe/Berlin", problem.Instead);
    }

    private static ProtectionPolicy Read(string json)
    {
        var reading = ProtectionPolicy.Read(Edited.Bytes(json));
        Assert.Empty(reading.Problems);
        return reading.Document!;
    }
}
